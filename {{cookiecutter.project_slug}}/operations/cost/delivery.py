"""What delivering changes costs in a month: pipeline, builds, pull requests, the nightly look for drift."""

from operations.cost.estimate import DAYS, Line

# Minutes as a build of general1.small takes them; approvals wait for nothing.
SOURCE, CHECK, NOTIFY, PULL_REQUEST, DRIFT = 1, 8, 1, 8, 3
PLAN, APPLY, SMOKE = 3, 4, 6
PULL_REQUESTS = 2
PART = "delivery"


def lines_of_delivery(environments: int, deployments: float) -> list[Line]:
    """Everything that is built, for so many environments and deployments a month."""
    builds = CHECK + NOTIFY + environments * (PLAN + APPLY + SMOKE)
    beside = deployments * PULL_REQUESTS * PULL_REQUEST + DAYS * environments * DRIFT
    return [
        Line(PART, "CodePipeline", "action", deployments * (SOURCE + builds)),
        Line(PART, "CodeBuild", "build", deployments * builds + beside),
        Line(PART, "KMS, Secrets Manager", "key", 1),
    ]
