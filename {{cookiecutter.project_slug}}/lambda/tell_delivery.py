"""Lambda: sends the notification of a delivery event once."""

from typing import Any

from ledger.ledger import Ledger, Row
from ledger.timestamps import utc_now
from notifications.delivery_notification import notification_of
from notifications.notification import Notifications
from runtime.aws import client, required, table_client

ledger = Ledger(table_client(), required("LEDGER_TABLE"), utc_now)
notifications = Notifications(client("sns"), required("NOTIFICATION_ROUTES"), ledger, required("PREFIX"))
codepipeline = client("codepipeline")


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Handle an event of CodePipeline, CodeBuild or CodeCommit, which EventBridge delivers at least once."""
    row, name, message = notification_of(notifications.origin, event, failed_action)
    notifications.send_now(row, name, message)
    return {"row": row, "notification": name}


def failed_action(execution: str) -> Row | None:
    """Return the action at which an execution has stopped; None if a stage failed before its first action."""
    answer = codepipeline.list_action_executions(
        pipelineName=notifications.origin.prefix, filter={"pipelineExecutionId": execution}
    )
    # The newest is first.
    return next((action for action in answer["actionExecutionDetails"] if action["status"] == "Failed"), None)
