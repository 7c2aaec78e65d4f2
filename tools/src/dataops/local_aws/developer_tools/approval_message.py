"""The message of CodePipeline when an action waits for an approval: JSON for machines, a mail for people."""

import json
from datetime import UTC, datetime
from typing import Any

from dataops.local_aws.developer_tools.pipeline_execution import ActionRun, Execution

MAIL = """Hello,

The following Approval action is waiting for your response:

--Pipeline Details--

Pipeline name: {pipelineName}

Stage name: {stageName}

Action name: {actionName}

Region: {region}

--Approval Details--

Approve or reject: {approvalReviewLink}

Additional information: {customData}

Content to review: {externalEntityLink}

Deadline: This review request will expire on {expires}

Sincerely,

Amazon Web Services
"""


def subject_of(execution: Execution, run: ActionRun) -> str:
    """The subject of the mail."""
    return f"APPROVAL NEEDED: AWS CodePipeline {execution.pipeline['name']} for action {run.name}"[:100]


def message_of(execution: Execution, run: ActionRun, region: str, token: str) -> str:
    """The message for SNS: a JSON with a text per protocol."""
    view = f"https://console.aws.amazon.com/codepipeline/home?region={region}#/view/{execution.pipeline['name']}"
    approval: dict[str, Any] = {
        "pipelineName": execution.pipeline["name"],
        "stageName": run.stage,
        "actionName": run.name,
        "token": token,
        "expires": datetime.fromtimestamp(run.deadline, UTC).strftime("%Y-%m-%dT%H:%MZ"),
        "externalEntityLink": run.configuration.get("ExternalEntityLink"),
        "approvalReviewLink": f"{view}/{run.stage}/{run.name}/approve/{token}",
        "customData": run.configuration.get("CustomData"),
    }
    content = {"region": region, "consoleLink": view, "approval": approval}
    mail = MAIL.format(region=region, **{name: value or "" for name, value in approval.items()})
    return json.dumps({"default": json.dumps(content), "email": mail})
