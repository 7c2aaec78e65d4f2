"""The answers as a person reads them before anything is written."""

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from answers.between_fields import ROUTING

Answers = dict[str, Any]


def show(answers: Answers, faults: list[str]) -> None:
    """All answers, and what is wrong between them."""
    console = Console()
    console.print(Text("\n  Summary\n", style="bold"))
    table = Table(box=None, show_header=False, padding=(0, 1, 0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for title, lines in parts(answers):
        table.add_row(title, Text("\n".join(lines)))
    console.print(table, "")
    for fault in faults:
        console.print(Text(f"  ✗ {fault}", style="red"))


def parts(answers: Answers) -> list[tuple[str, list[str]]]:
    """Each part's title and lines."""
    found = [
        ("name", [answers["project_name"]]),
        ("slug", [answers["project_slug"]]),
        ("region", [answers["region"]]),
    ]
    found.append(("environments", [environment(each) for each in answers["environments"]]))
    for name, settings in answers["datasets"].items():
        found.append((f"dataset {name}", dataset(settings)))
    found.append(("notifications", [target(each) for each in answers["notifications"]] or ["nobody"]))
    if answers["approvers"]:
        found.append(("approvers", [", ".join(answers["approvers"])]))
    git = answers["git"]
    found.append(("git", [" ".join(filter(None, (git["provider"], git.get("repository"), f"branch {git['branch']}")))]))
    network = answers["network"]
    existing = f"{network.get('vpc')}: {', '.join(network.get('subnets', []))}"
    found.append(("network", [f"a new VPC, {network['cidr']}" if "cidr" in network else existing]))
    tags = [f"{key}={value}" for key, value in answers["tags"].items()]
    return [*found, *([("tags", [", ".join(tags)])] if tags else [])]


def environment(answer: Answers) -> str:
    region = f" in {answer['region']}" if "region" in answer else ""
    approval = "with approval" if answer["approval"] else "without approval"
    size = f"{answer['workers']} workers {answer['worker_type']}"
    return f"{answer['name']}: account {answer['account']}{region}, {size}, {approval}"


def target(answer: Answers) -> str:
    parts = [written(value) for key, value in answer.items() if key not in ("protocol", *ROUTING)]
    heard = [f"{key}: {written(answer[key])}" for key in ROUTING if key in answer]
    return "; ".join([f"{answer['protocol']} {', '.join(parts)}", *heard])


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
    expected = f"; data expected every {answer['expected_every']}" if "expected_every" in answer else ""
    return [*lines, f"at most {100 * answer['maximum_quarantined_share']:g} % quarantined rows{expected}"]


def column(answer: Answers) -> str:
    rules = [f"{key} {written(value)}".strip() for key, value in answer.items() if key not in ("name", "type")]
    return f"  {answer['name']} {answer['type']}" + (f" ({'; '.join(rules)})" if rules else "")


def written(value: object) -> str:
    """The value of a rule; that a rule which is only on or off is on goes without saying."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is True else str(value)
