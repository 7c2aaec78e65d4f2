"""What `make cost` assumes of an environment is what Terraform plans, and each kind of resource has been thought of."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from terraform_runner import Terraform


def settings_of(project: Path) -> dict[str, Any]:
    from dataops.project.job_settings import settings_of_all

    return settings_of_all(project)["dev"]


def test_the_estimate_from_project_yaml_counts_what_the_plan_holds(plan: dict[str, Any], planned_project: Path) -> None:
    from dataops.cost.stack import stack_of_plan, stack_of_settings

    settings = settings_of(planned_project)

    assert stack_of_settings(settings) == stack_of_plan(plan, settings), "see the numbers in dataops.cost.stack"


def test_a_saved_plan_is_estimated_as_it_is(planned_project: Path, terraform: Terraform) -> None:
    # The plan that the other tests share may have been saved in another worker's project.
    terraform.plan(planned_project / "dev")
    command = [sys.executable, "-m", "dataops", "cost", "--environment", "dev", "--plan", "dev/test.tfplan"]

    done = subprocess.run(
        command, cwd=planned_project, env=terraform.environment, text=True, capture_output=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert "dev: 2 workers of G.1X (2 DPU)" in done.stdout
    assert "the estimate does not know" not in done.stdout


def test_every_kind_of_resource_has_a_price_or_is_known_to_have_none(plan: dict[str, Any]) -> None:
    from dataops.cost.prices import prices
    from dataops.cost.stack import kinds_in

    assert kinds_in(plan) - prices().known_resources == set(), "add them to dataops/cost/prices.yaml"


def test_a_resource_that_is_not_in_the_table_is_noticed(plan: dict[str, Any]) -> None:
    from dataops.cost.prices import prices
    from dataops.cost.stack import kinds_in

    changed = json.loads(json.dumps(plan).replace('"aws_sns_topic"', '"aws_mq_broker"'))

    assert kinds_in(changed) - prices().known_resources == {"aws_mq_broker"}
