"""What Lambda needs beyond moto: a function runs in a process of its own, none of its form is lost, all is found."""

from collections.abc import Callable
from typing import Any

from moto.awslambda.models import LambdaBackend, LambdaFunction

from dataops.local_aws.moto_patches.patching import replace

FORGOTTEN = ("DeadLetterConfig", "LoggingConfig")


def patch_moto(invoke: Callable[[tuple[str, str], Any, Any], tuple[str, bool, str]]) -> None:
    """Let `invoke((account, region), function, event)` do the work: (payload, whether it failed, log)."""

    def invoke_there(function: Any, event: Any = None) -> tuple[str, bool, str]:
        return invoke((function.account_id, function.region), function, event)

    replace(LambdaFunction, "_invoke_lambda", lambda _: invoke_there)
    replace(LambdaFunction, "__init__", _remembering)
    replace(LambdaFunction, "update_configuration", _remembering_updates)
    replace(LambdaFunction, "get_configuration", _telling_all)
    replace(LambdaBackend, "list_event_source_mappings", _by_any_name)


def _remembering(original: Callable[..., None]) -> Callable[..., None]:
    def init(function: Any, account_id: str, spec: dict[str, Any], region: str, version: str | int = 1) -> None:
        original(function, account_id, spec, region, version)
        function.forgotten = {name: spec[name] for name in FORGOTTEN if spec.get(name)}

    return init


def _remembering_updates(original: Callable[..., Any]) -> Callable[..., Any]:
    def update_configuration(function: Any, changes: dict[str, Any]) -> Any:
        function.forgotten |= {name: changes[name] for name in FORGOTTEN if name in changes}
        return original(function, changes)

    return update_configuration


def _telling_all(original: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    def get_configuration(function: Any, on_create: bool = False) -> dict[str, Any]:
        return original(function, on_create) | function.forgotten

    return get_configuration


def _by_any_name(original: Callable[..., Any]) -> Callable[..., Any]:
    """moto finds a mapping only by the spelling that it was made with: a function has a name and an ARN."""

    def list_event_source_mappings(backend: Any, event_source_arn: str, function_name: str) -> list[Any]:
        found, wanted = original(backend, event_source_arn, ""), (function_name or "").rpartition(":")[2]
        return [each for each in found if not wanted or each.function_name.rpartition(":")[2] == wanted]

    return list_event_source_mappings
