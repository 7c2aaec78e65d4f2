"""The event chain's platform as the operators' commands see it."""

from typing import Any

import pytest
from event_chain import INPUT, OUTPUT, PREFIX, TABLE

from dataops.project import deployment
from dataops.project.deployment import Deployment

QUEUE, DEAD_UPLOADS, DEAD_EVENTS = "acme-dev-uploads", "acme-dev-uploads-dead-letters", "acme-dev-events-dead-letters"
QUARANTINE, MOTOS_ACCOUNT = "acme-dev-quarantine", "123456789012"
SETTINGS: dict[str, Any] = {
    "prefix": PREFIX,
    "environment": {"account": MOTOS_ACCOUNT, "region": "eu-west-1"},
    "names": {"ledger": TABLE, "queue": QUEUE, "dead_letter_queue": DEAD_UPLOADS, "event_dead_letter": DEAD_EVENTS},
    "buckets": {"input": INPUT, "output": OUTPUT, "quarantine": QUARANTINE},
    "datasets": {"orders": {"prefix": "orders/"}, "customers": {"prefix": "customers/"}},
}
DEPLOYED = Deployment("dev", SETTINGS, {"region_name": "eu-west-1"})


def pretend_deployed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the commands find this platform, as AWS."""
    monkeypatch.setattr(deployment, "settings_of", lambda *_: SETTINGS)
    monkeypatch.setattr(deployment, "running_platform", lambda _: None)
