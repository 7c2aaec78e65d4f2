"""Operations of Athena that moto lacks: Terraform changes workgroups and removes saved queries."""

import json
from collections.abc import Callable
from typing import Any

from moto.athena.models import AthenaBackend
from moto.athena.responses import AthenaResponse

from dataops.local_aws.moto_patches.patching import add, replace


def patch_moto() -> None:
    """Add the operations that moto lacks; a deleted workgroup takes its saved queries and tags along."""
    replace(AthenaBackend, "delete_work_group", _with_its_content)
    replace(AthenaResponse, "list_tags_for_resource", lambda _: _tags)
    add(AthenaResponse, "update_work_group", _update)
    add(AthenaResponse, "delete_named_query", _delete_query)


def _with_its_content(original: Callable[[Any, str], None]) -> Callable[[Any, str], None]:
    def delete_work_group(backend: Any, name: str) -> None:
        group = backend.work_groups[name]
        backend.tagger.delete_all_tags_for_resource(group.arn)
        for held in (backend.named_queries, backend.executions):
            for key in [key for key, each in held.items() if each.workgroup is group]:
                del held[key]
        original(backend, name)

    return delete_work_group


def _tags(response: Any) -> str:
    """All tags; moto refuses a resource that has none."""
    return json.dumps(response.athena_backend.tagger.list_tags_for_resource(response._get_param("ResourceARN")))


def _update(response: Any) -> str:
    group = response.athena_backend.work_groups[response._get_param("WorkGroup")]
    group.description = response._get_param("Description") or group.description
    group.state = response._get_param("State") or group.state
    changed = dict(response._get_param("ConfigurationUpdates") or {})
    results = changed.pop("ResultConfigurationUpdates", {})
    _apply(group.configuration, changed)
    _apply(group.configuration.setdefault("ResultConfiguration", {}), results)
    return "{}"


def _apply(held: dict[str, Any], changed: dict[str, Any]) -> None:
    """Set what has a new value, and remove what a member `Remove…` names."""
    for name, value in changed.items():
        if not name.startswith("Remove"):
            held[name] = value
        elif value:
            held.pop(name.removeprefix("Remove"), None)


def _delete_query(response: Any) -> str:
    del response.athena_backend.named_queries[response._get_param("NamedQueryId")]
    return "{}"
