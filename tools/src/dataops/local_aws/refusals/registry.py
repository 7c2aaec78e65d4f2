"""Every rule by service and operation, and the one function that applies them."""

from typing import Any

from dataops.local_aws.access.caller import Caller
from dataops.local_aws.account import account_profile
from dataops.local_aws.refusals import (
    budgets,
    events,
    functions,
    glue,
    identity,
    keys,
    logs,
    monitoring,
    network,
    queries,
    queues,
    storage,
    topics,
)
from dataops.local_aws.refusals.call import Call, Rules, refuse

# By the name of the service's API model.
RULES: dict[str, Rules] = {
    "athena": queries.REFUSALS,
    "budgets": budgets.REFUSALS,
    "cloudwatch": monitoring.REFUSALS,
    "ec2": network.REFUSALS,
    "events": events.REFUSALS,
    "glue": glue.REFUSALS,
    "iam": identity.REFUSALS,
    "kms": keys.REFUSALS,
    "lambda": functions.REFUSALS,
    "logs": logs.REFUSALS,
    "s3": storage.REFUSALS,
    "sns": topics.REFUSALS,
    "sqs": queues.REFUSALS,
}


def refuse_a_region_that_is_off(caller: Caller, service: str, is_query: bool) -> None:
    """AWS Account Management Reference Guide, "Enable or disable AWS Regions": until then no credentials work there.

    The codes are those of the services' "Common errors"; EC2 and S3 have their own.
    """
    if account_profile.current().is_enabled(caller.region):
        return
    if service == "ec2":
        refuse("AuthFailure", "AWS was not able to validate the provided access credentials", 401)
    if service == "s3":
        refuse("InvalidToken", "The provided token is malformed or otherwise invalid.")
    code, status = ("InvalidClientTokenId", 403) if is_query else ("UnrecognizedClientException", 400)
    refuse(code, "The security token included in the request is invalid.", status)


def refuse_what_the_service_refuses(caller: Caller, service: str, operation: str, given: dict[str, Any]) -> None:
    """Raise RefusedRequestError if the service would refuse a well-formed request."""
    for rule in RULES.get(service, {}).get(operation, ()):
        rule(Call(caller, operation, given))
