"""Lambda: writes the notification of an event of the delivery, and sends it once."""

from typing import Any

from ledger.ledger import Ledger, Row
from ledger.timestamps import utc_now
from notifications.delivery_news import news_of
from notifications.notification import Notifications
from runtime.aws import client, required, table_client

ledger = Ledger(table_client(), required("LEDGER_TABLE"), utc_now)
notifications = Notifications(client("sns"), required("NOTIFICATION_ROUTES"), ledger, required("PREFIX"))
codepipeline = client("codepipeline")


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """An event of CodePipeline, CodeBuild or CodeCommit, as EventBridge hands it over: at least once."""
    row, notice, message = news_of(notifications.place, event, failed_action)
    notifications.send_now(row, notice, message)
    return {"row": row, "notice": notice}


def failed_action(execution: str) -> Row | None:
    """The action that an execution has stopped at; None if a stage failed before its first action."""
    told = codepipeline.list_action_executions(
        pipelineName=notifications.place.prefix, filter={"pipelineExecutionId": execution}
    )
    # The newest is first.
    return next((action for action in told["actionExecutionDetails"] if action["status"] == "Failed"), None)
