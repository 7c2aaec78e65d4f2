"""Lambda: sends a reminder of a plan that has waited for half of its time limit."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from ledger.keys import action_row
from ledger.ledger import Ledger, Row
from ledger.timestamps import utc_now
from notifications.messages.pipeline import approval_waits
from notifications.notification import Notifications
from runtime.aws import client, required, table_client

ledger = Ledger(table_client(), required("LEDGER_TABLE"), utc_now)
notifications = Notifications(client("sns"), required("NOTIFICATION_ROUTES"), ledger, required("PREFIX"))
codepipeline = client("codepipeline")
patience = timedelta(minutes=int(required("APPROVAL_MINUTES")))


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Handle the call of the schedule: one reminder per approval."""
    origin, reminded = notifications.origin, []
    for stage, action in waiting(codepipeline.get_pipeline_state(name=origin.prefix)):
        waited = ledger.clock() - action["lastStatusChange"]
        if waited >= patience / 2:
            minutes, left = (round(span.total_seconds() / 60) for span in (waited, patience - waited))
            execution = stage["latestExecution"]["pipelineExecutionId"]
            message = approval_waits(origin, execution, stage["stageName"], minutes, max(left, 0))
            notifications.send_now(action_row(action["actionExecutionId"]), "reminder", message)
            reminded.append(stage["stageName"])
    return {"reminded": reminded}


def waiting(state: Row) -> Iterator[tuple[Row, Row]]:
    """Return each stage that waits for approval, with the state of that approval; only approvals have a token."""
    for stage in state["stageStates"]:
        for action in stage["actionStates"]:
            newest = action.get("latestExecution", {})
            if newest.get("status") == "InProgress" and newest.get("token"):
                yield stage, newest
