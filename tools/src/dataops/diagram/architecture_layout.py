"""The layout of the picture of the architecture: who changes it, how a file becomes a table, who is notified."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from dataops.report.drawing import Box, arrow_down, arrow_left, arrow_right, arrow_up, height_of

if TYPE_CHECKING:
    from dataops.diagram.architecture import Environment, Facts, Target

MARGIN, GAP, BETWEEN = 24, 12, 30
WIDTH = 1320
HEADING, ROW, GROUP = 34, 42, 30
CHANGE_WIDTH, ENVIRONMENT_WIDTH, TARGET_WIDTH = 190, 288, 312
# The way of a file: each column's name and width. Columns with a row per dataset are groups.
IN_THE_NETWORK = (
    "Lambdas, crawlers and jobs run inside the environment's network; where an event is lost, "
    "the sweep reaches the same end every 15 minutes."
)
COLUMNS = {"uploads": 204, "queue": 126, "crawl": 122, "crawlers": 204, "start": 122, "jobs": 204, "tables": 204}


class Shape(NamedTuple):
    """A box and the layout of its text: a card has a title and lines, a row a name and a note, a group only a title."""

    style: str
    box: Box


class Layout(NamedTuple):
    """All parts of the picture; a heading is a shape without a border."""

    height: float
    shapes: list[Shape]
    arrows: list[str]


def layout_of(facts: "Facts") -> Layout:
    """The three parts, one below the other."""
    top = heading(MARGIN, facts["name"])
    change = change_part(facts, top.box.bottom + GAP)
    way = way_part(facts, change.height + BETWEEN)
    notifications = notification_part(facts, way.height + BETWEEN)
    shapes = [top, *change.shapes, *way.shapes, *notifications.shapes]
    return Layout(notifications.height + MARGIN, shapes, change.arrows + way.arrows + notifications.arrows)


def heading(y: float, text: str, style: str = "headline") -> Shape:
    """A line of text over the whole width."""
    return Shape(style, Box("plain", MARGIN, y, WIDTH - 2 * MARGIN, HEADING, [text]))


def card(kind: str, x: float, y: float, width: float, *lines: str) -> Box:
    """A box as high as its title and lines."""
    return Box(kind, x, y, width, height_of(list(lines[1:])) + GAP, list(lines))


def change_part(facts: "Facts", y: float) -> Layout:
    """From a commit to every environment, in promotion order."""
    title = heading(y, "How a change reaches AWS", "heading")
    y = title.box.bottom
    git, people = facts["git"], ", ".join(facts["approvers"]) or "anyone in the account"
    steps = [
        ("people", PROVIDERS[git["provider"]], git["repository"], f"branch {git['branch']}"),
        ("people", "Pull request", "checked and planned,", "approved by", people),
        ("delivery", "Pipeline", f"{facts['slug']}-pipeline", "check, then each", "environment in order"),
    ]
    boxes = [
        card(kind, MARGIN + number * (CHANGE_WIDTH + BETWEEN), y, CHANGE_WIDTH, *lines)
        for number, (kind, *lines) in enumerate(steps)
    ]
    environments = snake([environment_lines(entry, people) for entry in facts["environments"]], boxes[-1], y)
    arrows = [arrow_right(one, other) for one, other in pairwise([*boxes, environments[0]])]
    arrows += [arrow_between(one, other) for one, other in pairwise(environments)]
    everything = [*boxes, *environments]
    return Layout(max(box.bottom for box in everything), [title, *cards(everything)], arrows)


PROVIDERS = {"codecommit": "CodeCommit", "github": "GitHub", "gitlab": "GitLab", "bitbucket": "Bitbucket"}


def environment_lines(entry: "Environment", people: str) -> list[str]:
    """The lines of an environment's card."""
    approval = f"plan approved by {people}" if entry["approval"] else "applied without approval"
    network = entry["network"]
    where = f"existing {network}" if network.startswith("vpc-") else f"VPC {network}"
    return [entry["name"], entry["prefix"], f"{entry['account']}, {entry['region']}", approval, where]


def snake(texts: list[list[str]], after: Box, y: float) -> list[Box]:
    """Environments in two columns, there and back, so that each is beside or below the one before."""
    found = []
    for number, lines in enumerate(texts):
        row, column = divmod(number, 2)
        step = column if row % 2 == 0 else 1 - column
        x = after.right + BETWEEN + step * (ENVIRONMENT_WIDTH + BETWEEN)
        found.append(
            card("environment", x, y + row * (height_of(lines[1:]) + GAP + BETWEEN), ENVIRONMENT_WIDTH, *lines)
        )
    return found


def arrow_between(one: Box, other: Box) -> str:
    """An arrow to the next environment of a snake."""
    if one.y != other.y:
        return arrow_down(one, other)
    return arrow_right(one, other) if one.x < other.x else arrow_left(one, other)


def cards(boxes: Sequence[Box]) -> list[Shape]:
    """Boxes with a title and lines."""
    return [Shape("card", box) for box in boxes]


def way_part(facts: "Facts", y: float) -> Layout:
    """The way of a file to rows of a table, the same in every environment."""
    title = heading(y, "How a file becomes a table, in every environment", "heading")
    where = heading(title.box.bottom - 8, IN_THE_NETWORK, "line")
    y, datasets = where.box.bottom - 4, facts["datasets"]
    rows = {
        "uploads": [(dataset["prefix"], f"{dataset['format']} files") for dataset in datasets],
        "crawlers": [(dataset["name"], "") for dataset in datasets],
        "jobs": [(dataset["name"], dataset["schedule"] or "on each upload") for dataset in datasets],
        "tables": [(dataset["name"], dataset["table_format"]) for dataset in datasets],
    }
    starts = column_starts()
    height = max(GROUP + len(datasets) * (ROW + 6) + 6, 104)
    groups = {name: group(name, starts[name], y, COLUMNS[name], height, rows[name]) for name in rows}
    lambdas = {name: between(name, starts[name], y, height) for name in ("queue", "crawl", "start")}
    main = {name: groups[name][0].box if name in groups else lambdas[name] for name in COLUMNS}
    arrows = [arrow_right(one, other) for one, other in pairwise(main.values())]
    below, more = kept_part(facts, main)
    shapes = [*(shape for each in groups.values() for shape in each), *cards([*lambdas.values(), *below])]
    return Layout(max(box.bottom for box in below), [title, where, *shapes], arrows + more)


def column_starts() -> dict[str, float]:
    """The left edges of the columns; the rest of the width is between them."""
    gap = (WIDTH - 2 * MARGIN - sum(COLUMNS.values())) / (len(COLUMNS) - 1)
    starts, x = {}, float(MARGIN)
    for name, width in COLUMNS.items():
        starts[name] = x
        x += width + gap
    return starts


GROUPS = {
    "uploads": ("storage", "S3: input bucket"),
    "crawlers": ("compute", "Glue crawlers"),
    "jobs": ("compute", "Glue jobs: files/etl.py"),
    "tables": ("storage", "S3: output, tables"),
}


def group(name: str, x: float, y: float, width: float, height: float, rows: list[tuple[str, str]]) -> list[Shape]:
    """A frame with a title, and in it a row for each dataset."""
    kind, title = GROUPS[name]
    frame = Shape("group", Box(kind, x, y, width, height, [title]))
    inside = [
        Shape("row", Box(kind, x + 8, y + GROUP + number * (ROW + 6), width - 16, ROW, list(row)))
        for number, row in enumerate(rows)
    ]
    return [frame, *inside]


def between(name: str, x: float, y: float, height: float) -> Box:
    """A box between two groups, at the middle of their height."""
    lines = {
        "queue": ("event", "EventBridge", "to SQS queue"),
        "crawl": ("compute", "Lambda", "start_crawler"),
        "start": ("compute", "Lambda", "start_etl_job", "close_run", "sweep"),
    }
    kind, *text = lines[name]
    box = card(kind, x, y, COLUMNS[name], *text)
    return box._replace(y=y + (height - box.height) / 2)


def kept_part(facts: "Facts", main: dict[str, Box]) -> tuple[list[Box], list[str]]:
    """The part below the way: dead letters, ledger and quarantine, and the databases that jobs read."""
    y = main["uploads"].bottom + BETWEEN
    dead = card("event", main["queue"].x, y, main["queue"].width, "Dead letters", "ring an alarm")
    wide = main["start"].right - main["crawl"].x
    ledger = card(
        "storage", main["crawl"].x, y, wide, "DynamoDB: ledger", "every file: waiting, claimed, done, quarantined"
    )
    refused = card("storage", main["tables"].x, y, main["tables"].width, "S3: quarantine", "refused rows, with reasons")
    who = f"the team and {facts['readers']} more role{'' if facts['readers'] == 1 else 's'}"
    readers = who if facts["readers"] else "the team"
    asked = card("storage", refused.x, refused.bottom + GAP, refused.width, "Athena: queries of", readers)
    boxes = [dead, ledger, refused, asked]
    arrows = [
        arrow_down(main["queue"], dead),
        arrow_up_and_down(main["crawl"], ledger),
        arrow_up_and_down(main["start"], ledger),
    ]
    arrows.append(elbow(main["jobs"], refused))
    lines = [f"{entry['name']}: {name}" for entry in facts["environments"] for name in entry["databases"]]
    if lines:
        databases = card("database", main["jobs"].x, y, main["jobs"].width - 30, "Databases", *lines)
        boxes.append(databases)
        arrows.append(arrow_up(databases, main["jobs"]))
    return boxes, arrows


def arrow_up_and_down(upper: Box, lower: Box) -> str:
    """An arrow both ways between a box and a wider one below it."""
    x = upper.middle[0]
    return f"M{x:g} {upper.bottom:g}V{lower.y:g}m-4 -6l4 6l4 -6M{x - 4:g} {upper.bottom + 6:g}l4 -6l4 6"


def elbow(start: Box, end: Box) -> str:
    """An arrow from a group's right side, down, and right into a lower box."""
    x = (start.right + end.x) / 2
    return f"M{start.right:g} {start.bottom - 14:g}H{x:g}V{end.middle[1]:g}H{end.x:g}m-6 -4l6 4l-6 4"


NOBODY: "Target" = {"protocol": "nobody yet", "who": "add notifications to project.yaml"}


def notification_part(facts: "Facts", y: float) -> Layout:
    """The recipients of notifications."""
    title = heading(y, "Who is notified", "heading")
    y = title.box.bottom
    topic = card("event", MARGIN, y, CHANGE_WIDTH, "SNS: notifications", "runs, alarms, drift,", "approvals, budget")
    columns = int((WIDTH - MARGIN - topic.right) // (TARGET_WIDTH + GAP))
    targets = [
        card(
            "people",
            topic.right + BETWEEN + number % columns * (TARGET_WIDTH + GAP),
            y + number // columns * (height_of([""]) + 2 * GAP),
            TARGET_WIDTH,
            target["protocol"],
            target["who"],
        )
        for number, target in enumerate(facts["targets"] or [NOBODY])
    ]
    arrows = [arrow_right(topic._replace(height=targets[0].height), targets[0])]
    boxes = [topic, *targets]
    return Layout(max(box.bottom for box in boxes), [title, *cards(boxes)], arrows)
