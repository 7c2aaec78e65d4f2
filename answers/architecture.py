"""The content of a new project's architecture picture: a test compares it with the output of `make diagram`."""

from typing import Any

Draft = dict[str, Any]


def architecture_of(draft: Draft) -> dict[str, Any]:
    """Return the facts that dataops.diagram.architecture takes from modules/project, which has the same defaults."""
    git = {"provider": "codecommit", "repository": draft["slug"], "branch": "main", **draft.get("git", {})}
    return {
        "name": draft["name"],
        "slug": draft["slug"],
        "git": git,
        "approvers": draft.get("approvers", []),
        "readers": len({role for each in [draft, *draft["datasets"].values()] for role in each.get("readers", [])}),
        "environments": [environment_of(entry, draft) for entry in draft["environments"]],
        "datasets": [dataset_of(name, draft["datasets"][name]) for name in sorted(draft["datasets"])],
        "targets": targets_of(draft.get("notifications", [])),
    }


def environment_of(entry: Draft, draft: Draft) -> dict[str, Any]:
    """Return one environment of the picture."""
    network: Draft = entry.get("network") or draft.get("network") or {"cidr": "10.20.0.0/16"}
    return {
        "name": entry["name"],
        "prefix": f"{draft['slug']}-{entry['name']}",
        "account": entry["account"],
        "region": entry.get("region", draft["region"]),
        "approval": entry.get("approval", True),
        "network": network.get("cidr") or network["vpc"],
        "databases": {name: connection["url"] for name, connection in entry.get("jdbc", {}).items()},
    }


def dataset_of(name: str, dataset: Draft) -> dict[str, Any]:
    """Return one dataset of the picture."""
    return {
        "name": name,
        "format": dataset["format"],
        "prefix": dataset.get("prefix", f"{name}/"),
        "schedule": dataset.get("schedule", ""),
        "table_format": dataset.get("table_format", "parquet"),
    }


def targets_of(targets: list[Draft]) -> list[dict[str, str]]:
    """Return each target once; a chat is named by its channel."""
    named = {
        (target["protocol"], next(target[key] for key in ("endpoint", "arn", "channel") if key in target))
        for target in targets
    }
    return [{"protocol": protocol, "who": who} for protocol, who in sorted(named)]
