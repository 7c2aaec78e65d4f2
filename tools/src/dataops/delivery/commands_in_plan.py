"""What runs code of its own during an apply: commands are refused, providers other than AWS's are named."""

from collections.abc import Iterator
from typing import Any

from dataops.delivery.refusal import Refusal

RUNS_A_COMMAND, ANOTHER_PROVIDER = "RUNS A COMMAND DURING THE APPLY", "USES ANOTHER PROVIDER"
KNOWN_PROVIDERS = ("registry.terraform.io/hashicorp/aws", "terraform.io/builtin/terraform")
# https://registry.terraform.io/providers/hashicorp/external/latest/docs/data-sources/external
EXTERNAL_PROGRAM = "external"


def refuse_commands(environment: str, shown: dict[str, Any]) -> None:
    """A plan cannot show what a command does, so no plan with a command is approved or applied."""
    found = commands_in(shown)
    if found:
        raise Refusal(
            f"The plan of {environment} {RUNS_A_COMMAND}: {'; '.join(found)}. No approver can see what a command does. "
            f"Use a resource of the AWS provider, or a step in buildspecs/. Nothing was changed."
        )


def commands_in(shown: dict[str, Any]) -> list[str]:
    """Every provisioner, external program and action that the configuration of a plan holds."""
    configured = configured_resources(shown.get("configuration"))
    found = [command for path, resource in configured for command in _of(path, resource)]
    invoked = [each.get("address") or each.get("action_address") for each in shown.get("action_invocations") or []]
    return [*found, *(f"`{address}` (an action)" for address in invoked)]


def other_providers(shown: dict[str, Any]) -> list[str]:
    """The providers of a plan that are neither AWS's nor Terraform's own."""
    configuration = shown.get("configuration") or {}
    configured = {each.get("full_name") for each in (configuration.get("provider_config") or {}).values()}
    used = {each.get("provider_name") for each in shown.get("resource_changes") or []}
    return sorted(name for name in configured | used if name and name not in KNOWN_PROVIDERS)


def configured_resources(configuration: dict[str, Any] | None) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each resource that is configured, with its address as the configuration has it: without any index."""
    yield from _resources((configuration or {}).get("root_module") or {}, "")


def _resources(module: dict[str, Any], path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for resource in module.get("resources") or []:
        yield f"{path}{resource['address']}", resource
    for name, call in (module.get("module_calls") or {}).items():
        yield from _resources(call.get("module") or {}, f"{path}module.{name}.")


def _of(path: str, resource: dict[str, Any]) -> Iterator[str]:
    for provisioner in resource.get("provisioners") or []:
        yield f"`{path}` (provisioner {provisioner.get('type')})"
    if resource.get("mode") == "data" and resource.get("type") == EXTERNAL_PROGRAM:
        yield f"`{path}` (an external program)"
