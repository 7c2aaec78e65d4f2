"""The report of an environment as one self-contained HTML page."""

import re
from pathlib import Path
from typing import Any, NamedTuple

import jinja2

from dataops.report.report import (
    AlarmReport,
    Report,
    StepReport,
    all_files,
    by_file,
    clock_of,
    counted,
    counts_of,
    earlier,
    earlier_notifications,
    fired,
    frequent_first,
    in_words,
    latest,
    newest_versions,
    notifications_since,
    states,
    total,
    uncounted,
)
from dataops.report.report_picture import ENDS, size_of, tall_picture, wide_picture

TEMPLATE = Path(__file__).with_name("report.html.j2")
SHOWN_FILES = 12
SHOWN_BY_THE_TEMPLATE = (
    clock_of, counted, counts_of, frequent_first, in_words, newest_versions, size_of, states, total, uncounted,
)  # fmt: skip
# Characters that neither HTML nor SVG can contain, and marks that change the reading direction.
UNSHOWABLE = re.compile("[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]")


class Bar(NamedTuple):
    """One step in the chart of the time; start and width in percent of the whole."""

    name: str
    seconds: float
    start: float
    width: float


def write_page(report: Report, path: Path) -> None:
    """Write the page; the same report gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(report), encoding="utf-8", newline="\n")


def page(report: Report) -> str:
    """The page's HTML."""
    environment = jinja2.Environment(
        # Not cookiecutter's delimiters, so that generating a project does not render this page's template.
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<%=",
        variable_end_string="%>",
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=showable,
    )
    environment.filters |= {"number": number, "seconds": seconds, "counts_of": counts_of}
    for function in SHOWN_BY_THE_TEMPLATE:
        environment.globals[function.__name__] = function
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(content(report))


def content(report: Report) -> dict[str, Any]:
    """The values of the template: the report, and values computed from it."""
    files = all_files(report)
    return {
        "report": report,
        "datasets": [dataset_content(report, name) for name in sorted(report["datasets"])],
        "files": files,
        "shares": list(zip(ENDS, total(files)[1:], strict=True)),
        "runs": sum(len(dataset["runs"]) for dataset in report["datasets"].values()),
        "notifications": notifications_since(report),
        "earlier_notifications": earlier_notifications(report),
        "fired": fired(report["alarms"]),
        "quiet": quiet(report["alarms"]),
        "bars": bars(report["steps"], report["total_seconds"]),
    }


def dataset_content(report: Report, name: str) -> dict[str, Any]:
    """The values of the template for one dataset."""
    dataset = report["datasets"][name]
    files = by_file(dataset["files"])
    sent = notifications_of(report, name)
    return {
        "name": name,
        **dataset,
        "shown": files[:SHOWN_FILES],
        "folded": files[SHOWN_FILES:],
        "folded_versions": [version for versions in files[SHOWN_FILES:] for version in versions],
        "latest_runs": latest(dataset["runs"], report["since"]),
        "earlier_runs": earlier(dataset["runs"], report["since"]),
        "pictures": {"wide": wide_picture(dataset, sent), "tall": tall_picture(dataset, sent)},
    }


def notifications_of(report: Report, dataset: str) -> int:
    """The number of notifications about a dataset."""
    return sum(notification["dataset"] == dataset for notification in report["notifications"] or [])


def quiet(alarms: list[AlarmReport]) -> list[AlarmReport]:
    """The alarms in any other state than ALARM."""
    return [alarm for alarm in alarms if alarm not in fired(alarms)]


def bars(steps: list[StepReport], total_seconds: float) -> list[Bar]:
    """The steps on one scale, in the order of their start."""
    whole = max([total_seconds, *(step["started"] + step["seconds"] for step in steps)]) or 1.0
    ordered = sorted(steps, key=lambda step: (step["started"], step["name"]))
    percent = 100 / whole
    return [
        Bar(step["name"], step["seconds"], step["started"] * percent, step["seconds"] * percent) for step in ordered
    ]


def number(value: float | None) -> str:
    """A number with thousands separators; a dash if it is not known."""
    return "-" if value is None else f"{value:,.0f}"


def seconds(value: float | None) -> str:
    """A duration."""
    return "-" if value is None else f"{value:,.1f} s"


def showable(value: Any) -> Any:
    """A value as a page can show it: unsupported characters are shown as their escapes."""
    if not isinstance(value, str) or not UNSHOWABLE.search(value):
        return value
    return UNSHOWABLE.sub(lambda found: ascii(found[0])[1:-1], value)
