"""Behaviour of CloudWatch Logs that moto lacks: metrics from log lines, and saved and executed queries."""

import json
from collections.abc import Callable
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from moto.logs import models
from moto.logs.models import LogsBackend
from moto.logs.responses import LogsResponse

from dataops.local_aws.cloudwatch.embedded_metrics import embedded_in, filtered
from dataops.local_aws.cloudwatch.insights import execute
from dataops.local_aws.cloudwatch.metric_store import MetricStore
from dataops.local_aws.moto_patches.patching import add, replace


def patch_moto() -> None:
    """Extract metrics from log lines, and add the operations that moto lacks."""
    replace(LogsBackend, "put_log_events", _measuring)
    replace(models, "execute_query", lambda _: execute)
    add(LogsResponse, "associate_kms_key", _associate)
    add(LogsResponse, "disassociate_kms_key", _disassociate)
    add(LogsBackend, "query_definitions", {})
    add(LogsResponse, "put_query_definition", _put)
    add(LogsResponse, "describe_query_definitions", _describe)
    add(LogsResponse, "delete_query_definition", _delete)


def _measuring(original: Callable[..., Any]) -> Callable[..., Any]:
    def put_log_events(
        backend: Any, log_group_name: str, log_stream_name: str, log_events: list[dict[str, Any]]
    ) -> tuple[str, dict[str, Any]]:
        answer: tuple[str, dict[str, Any]] = original(backend, log_group_name, log_stream_name, log_events)
        filters = backend.filters.get_matching_filters(log_group_name=log_group_name)
        store = MetricStore(backend.account_id, backend.region_name)
        for event in log_events:
            store.put([*embedded_in(event["message"]), *filtered(event["message"], filters)])
        return answer

    return put_log_events


def _associate(response: Any) -> str:
    group = response.logs_backend._find_log_group(log_group_name=response._get_param("logGroupName"))
    group.kms_key_id = response._get_param("kmsKeyId")
    return ""


def _disassociate(response: Any) -> str:
    response.logs_backend._find_log_group(log_group_name=response._get_param("logGroupName")).kms_key_id = None
    return ""


def _saved(response: Any) -> dict[str, dict[str, Any]]:
    """The saved queries of the caller's account and region, by their id."""
    owner = (response.logs_backend.account_id, response.logs_backend.region_name)
    found: dict[str, dict[str, Any]] = response.logs_backend.query_definitions.setdefault(owner, {})
    return found


def _put(response: Any) -> str:
    name = response._get_param("name")
    given = response._get_param("queryDefinitionId") or str(uuid5(NAMESPACE_URL, name))
    _saved(response)[given] = {
        "queryDefinitionId": given,
        "name": name,
        "queryString": response._get_param("queryString"),
        "logGroupNames": response._get_param("logGroupNames") or [],
    }
    return json.dumps({"queryDefinitionId": given})


def _describe(response: Any) -> str:
    prefix = response._get_param("queryDefinitionNamePrefix") or ""
    found = [each for each in _saved(response).values() if each["name"].startswith(prefix)]
    return json.dumps({"queryDefinitions": found})


def _delete(response: Any) -> str:
    found = _saved(response).pop(response._get_param("queryDefinitionId"), None)
    return json.dumps({"success": found is not None})
