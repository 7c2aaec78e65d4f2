"""Lambda: checks from inside the network whether AWS's services, and the databases of connections, can be reached."""

import json
import socket
from typing import Any
from urllib.parse import urlsplit

from runtime.aws import client, each, required
from runtime.metric import measure

PATIENCE_SECONDS = 5
prefix = required("PREFIX")
services = required("SERVICES").split(",")
databases: dict[str, str] = json.loads(required("DATABASES"))


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Open and close a connection to each address: no credentials are needed, none are sent."""
    endpoints = unreachable({service: client(service).meta.endpoint_url for service in services})
    connections = unreachable({name: f"//{address}" for name, address in databases.items()})
    values = {"endpoints_unreachable": float(len(endpoints)), "connections_unreachable": float(len(connections))}
    measure(prefix, "connections-checked", values, unreachable=[*endpoints, *connections])
    return {"unreachable": [*endpoints, *connections]}


def unreachable(addresses: dict[str, str]) -> list[str]:
    """Return the names of the addresses that do not answer."""
    answers = each(lambda address: _answers(urlsplit(address)), addresses.values())
    return [name for name, is_reached in zip(addresses, answers, strict=True) if not is_reached]


def _answers(address: Any) -> bool:
    if not address.hostname:
        return False
    try:
        socket.create_connection((address.hostname, address.port or 443), PATIENCE_SECONDS).close()
    except OSError:
        return False
    return True
