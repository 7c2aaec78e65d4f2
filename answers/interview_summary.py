"""The answers as a person reads them before anything is written."""

from typing import Any

from dataops.validation.project_rules import ROUTING
from rich.console import Console
from rich.table import Table
from rich.text import Text

from answers import left_open

Answers = dict[str, Any]
NOT_ASKED = ("bucket_prefix", "kms_keys", "on_call", "delivery", "readers", "queries", "glue_version", "monitoring")


def show(answers: Answers, faults: list[str]) -> None:
    """Show all answers, and what is wrong between them."""
    console = Console()
    console.print(Text("\n  Summary\n", style="bold"))
    table = Table(box=None, show_header=False, padding=(0, 1, 0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for title, lines in parts(answers):
        table.add_row(title, Text("\n".join(lines)))
    console.print(table, "")
    for fault in faults:
        console.print(Text(f"  Refused: {fault}", style="red"))


def parts(answers: Answers) -> list[tuple[str, list[str]]]:
    """Return each part's title and lines."""
    found = [
        ("name", [answers["name"]]),
        ("short name", [answers["slug"]]),
        ("region", [answers["region"]]),
    ]
    found.append(("environments", [environment(each) for each in answers["environments"]]))
    for name, settings in answers["datasets"].items():
        found.append((f"dataset {name}", dataset(settings)))
    found.append(("notifications", [target(each) for each in answers.get("notifications", [])] or ["nobody"]))
    if answers.get("approvers"):
        found.append(("approvers", [", ".join(answers["approvers"])]))
    git = answers.get("git", {"provider": "codecommit"})
    words = (git["provider"], git.get("repository"), f"branch {git.get('branch', 'main')}")
    found.append(("git", [" ".join(filter(None, words))]))
    found += [("network", networks(answers))] if "network" in answers else []
    tags = [f"{key}={value}" for key, value in answers.get("tags", {}).items()]
    found += [("tags", [", ".join(tags)])] if tags else []
    beside = [f"{key}: {value}" for key, value in answers.items() if key in NOT_ASKED]
    found += [("from your defaults", beside)] if beside else []
    missing = left_open.left_open(answers)
    return [*found, *([("not known yet", missing)] if missing else [])]


def networks(answers: Answers) -> list[str]:
    """The network of the project, or of each environment if they differ."""
    own = {each["name"]: each.get("network", answers["network"]) for each in answers["environments"]}
    if all(each == answers["network"] for each in own.values()):
        return [network(answers["network"])]
    return [f"{name}: {network(each)}" for name, each in own.items()]


def network(answer: Answers) -> str:
    return f"a new VPC, {answer['cidr']}" if "cidr" in answer else f"{answer['vpc']}: {', '.join(answer['subnets'])}"


def environment(answer: Answers) -> str:
    parts = [f"region {answer['region']}"] if "region" in answer else []
    parts += [f"{answer.get('workers', 2)} workers {answer.get('worker_type', 'G.1X')}"]
    parts += ["with approval" if answer.get("approval", True) else "without approval"]
    is_open = left_open.is_account_open(answer["account"])
    account = "account not known yet" if is_open else f"account {answer['account']}"
    return f"{answer['name']}: {', '.join([account, *parts])}"


def target(answer: Answers) -> str:
    parts = [written(value) for key, value in answer.items() if key not in ("protocol", *ROUTING)]
    routed = [f"{key}: {written(answer[key])}" for key in ROUTING if key in answer]
    return "; ".join([f"{answer['protocol']} {', '.join(parts)}", *routed])


def dataset(answer: Answers) -> list[str]:
    lines = [
        f"{answer['format']} files" + (f", {answer['delimiter']!r} between fields" if "delimiter" in answer else "")
    ]
    if "missing_values" in answer:
        lines[0] += f", {', '.join(answer['missing_values'])} read as missing"
    lines += [column(each) for each in answer["columns"]]
    roles = {"key": ", ".join(answer.get("primary_key", [])), "newest by": answer.get("newest_by")}
    roles["partitioned by"] = answer.get("partition_by")
    lines += ["; ".join(f"{title} {value}" for title, value in roles.items() if value)] if any(roles.values()) else []
    every = answer.get("expected_every")
    expected = f"data expected every {every}" if every else "no alarm when data is late"
    return [*lines, f"at most {100 * answer.get('maximum_quarantined_share', 0.05):g} % quarantined rows; {expected}"]


def column(answer: Answers) -> str:
    rules = [f"{key} {written(value)}".strip() for key, value in answer.items() if key not in ("name", "type")]
    return f"  {answer['name']} {answer['type']}" + (f" ({'; '.join(rules)})" if rules else "")


def written(value: object) -> str:
    """Return the value of a rule in words; a rule that is only on or off needs no value."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is True else str(value)
