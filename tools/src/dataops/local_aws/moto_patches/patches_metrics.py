"""What CloudWatch needs beyond moto: alarms are found by their name and their state together."""

from collections.abc import Callable
from typing import Any

from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

from dataops.local_aws.moto_patches.patching import replace


def patch_moto() -> None:
    """moto forgets the state that is asked for as soon as a name is."""
    replace(CloudWatchResponse, "describe_alarms", _in_the_state)


def _in_the_state(original: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def describe_alarms(response: Any) -> Any:
        answer, state = original(response), response._get_param("StateValue")
        if not state:
            return answer
        found = {
            kind: [alarm for alarm in alarms if alarm.state_value == state] for kind, alarms in answer.result.items()
        }
        return ActionResult(found)

    return describe_alarms
