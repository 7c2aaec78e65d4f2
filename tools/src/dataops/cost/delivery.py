"""What delivering changes costs in a month: pipeline, builds, pull requests, the nightly look for drift."""

from dataops.cost.estimate import DAYS, STATE_KEYS, Line

# Minutes; builds that run all tests have the larger machine (pipeline/codebuild.tf). An approval that waits is free.
SOURCE, CHECK, NOTIFY, PULL_REQUEST = 1, 20, 1, 20
PLAN, APPLY, SMOKE, DRIFT = 3, 4, 6, 3
PULL_REQUESTS = 2
KEYS = 1
PART = "delivery"


def lines_of_delivery(environments: int, deployments: float) -> list[Line]:
    """Everything that is built, for so many environments and deployments a month."""
    steps = NOTIFY + environments * (PLAN + APPLY + SMOKE)
    large = deployments * (CHECK + PULL_REQUESTS * PULL_REQUEST)
    small = deployments * steps + DAYS * environments * DRIFT
    return [
        Line(PART, "CodePipeline", "action", deployments * (SOURCE + CHECK + steps)),
        Line(PART, "CodeBuild", "build_medium", large),
        Line(PART, "CodeBuild", "build_small", small),
        Line(PART, "KMS, Secrets Manager", "key", KEYS + STATE_KEYS),
    ]
