"""Code that runs during an apply: a command is refused, another provider is named first."""

from dataclasses import replace
from typing import Any

import pytest
from plan_json import planned, shown
from tiny_project import TinyProject

from dataops.delivery.apply import apply_approved
from dataops.delivery.commands_in_plan import RUNS_A_COMMAND, commands_in, other_providers, refuse_commands
from dataops.delivery.manifest import manifest_of, sources_digest, written
from dataops.delivery.message import message
from dataops.delivery.plan import planned as planned_here
from dataops.delivery.refusal import Refusal
from dataops.delivery.summary import PlanSummary, page

PROVISIONED = """
resource "terraform_data" "version" {
  input = "1"

  provisioner "local-exec" {
    command = "true"
  }
}
"""


def configured(*resources: dict[str, Any], **module_calls: Any) -> dict[str, Any]:
    return {"configuration": {"root_module": {"resources": list(resources), "module_calls": module_calls}}}


def resource(address: str, mode: str = "managed", **more: Any) -> dict[str, Any]:
    return {"address": address, "mode": mode, "type": address.split(".")[-2], **more}


@pytest.mark.parametrize("kind", ["local-exec", "remote-exec", "file"])
def test_a_provisioner_in_a_module_of_a_module_is_refused(kind: str) -> None:
    inner = {"resources": [resource("terraform_data.x", provisioners=[{"type": kind}])]}
    plan = configured(outer={"module": {"module_calls": {"inner": {"module": inner}}}})

    with pytest.raises(Refusal, match=rf"{RUNS_A_COMMAND}: `module.outer.module.inner.terraform_data.x` .*{kind}"):
        refuse_commands("dev", plan)


def test_an_external_program_is_refused() -> None:
    plan = configured(resource("data.external.x", "data"))

    assert commands_in(plan) == ["`data.external.x` (an external program)"]


def test_an_action_that_the_apply_invokes_is_refused() -> None:
    assert commands_in({"action_invocations": [{"address": "action.aws_lambda_invoke.x"}]}) == [
        "`action.aws_lambda_invoke.x` (an action)"
    ]


def test_a_resource_without_a_command_is_not_refused() -> None:
    refuse_commands("dev", configured(resource("terraform_data.x"), resource("data.aws_region.x", "data")))


def test_a_plan_with_a_command_is_refused_before_anybody_is_asked(project: TinyProject) -> None:
    project.write(PROVISIONED)

    with pytest.raises(Refusal, match=f"The plan of dev {RUNS_A_COMMAND}: `terraform_data.version`"):
        planned_here(project.folder, project.terraform(), "a" * 40, project.plan)


def test_an_apply_refuses_a_command_too(project: TinyProject, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write(PROVISIONED)
    monkeypatch.setattr("dataops.delivery.plan.refuse_commands", lambda *_: None)
    _, state = planned_here(project.folder, project.terraform(), "a" * 40, project.plan)
    digest = written(
        manifest_of(project.plan, "dev", "a" * 40, state, sources_digest(project.folder, "dev")), project.plan
    )

    with pytest.raises(Refusal, match=RUNS_A_COMMAND):
        apply_approved(project.folder, project.terraform(), project.plan, "a" * 40, digest, lambda: None)

    assert project.terraform().state().serial == 0


def test_another_provider_is_named_first_in_the_summary_and_kept_in_the_message() -> None:
    name = "registry.terraform.io/evil/aws"
    plan = {
        "configuration": {
            "provider_config": {
                "aws": {"full_name": "registry.terraform.io/hashicorp/aws"},
                "module.x:aws": {"full_name": name},
            }
        },
        "resource_changes": [planned("add", "terraform_data.x") | {"provider_name": "terraform.io/builtin/terraform"}],
    }
    summary = replace(PlanSummary("dev", "a" * 40, [], [], []), other_providers=other_providers(plan))

    assert page(summary).splitlines()[4] == f"**USES ANOTHER PROVIDER: `{name}`**"
    assert message(summary).startswith(f"USES ANOTHER PROVIDER: {name} | dev: ")


def test_the_provider_of_a_resource_counts_too() -> None:
    plan = shown(planned("add", "null_resource.x") | {"provider_name": "registry.terraform.io/hashicorp/null"})

    assert other_providers(plan) == ["registry.terraform.io/hashicorp/null"]
