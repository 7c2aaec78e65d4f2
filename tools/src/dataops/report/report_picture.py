"""The layout of the picture of a dataset's way: boxes, arrows, and bands as wide as their share of rows."""

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

from dataops.report.drawing import Box, arrow_back, arrow_down, arrow_right, height_of
from dataops.report.report import Counts, DatasetReport, counted, newest_versions, states, total, uncounted
from dataops.report.text_width import width_of

GAP = 12
FONT_SIZE, PADDING = 14.0, 10
WIDE_BOX, TALL_BOX = 104, 100
# The boxes of another width than those.
WIDE_BOXES = {"published": 170, "quarantined": 170, "duplicates": 170, "ledger": 146}
TALL_BOXES = {"ledger": 220}
WIDEST_BAND, NARROWEST_BAND = 30.0, 2.0
WAY = ("upload", "queue", "crawler", "job")
ENDS = ("published", "quarantined", "duplicates")


class Band(NamedTuple):
    """Rows on their way from the job to one of the results."""

    kind: str
    path: str
    width: float


class Picture(NamedTuple):
    """All parts of the picture."""

    width: float
    height: float
    boxes: list[Box]
    arrows: list[str]
    bands: list[Band]


def wide_picture(dataset: DatasetReport, notifications: int) -> Picture:
    """The way from left to right, for a screen or a sheet of paper."""
    said = fitting(lines_of(dataset, notifications), WIDE_BOX, WIDE_BOXES)
    heights = {kind: height_of(lines) for kind, lines in said.items()}
    height = max(sum(heights[kind] for kind in ENDS) + GAP * (len(ENDS) - 1), heights["ledger"])

    def centred(kind: str, x: float) -> Box:
        return Box(kind, x, (height - heights[kind]) / 2, WIDE_BOX, heights[kind], said[kind])

    way = [centred(kind, 144 * index) for index, kind in enumerate(WAY)]
    ends: list[Box] = []
    for kind in ENDS:
        y = ends[-1].y + ends[-1].height + GAP if ends else 0
        ends.append(Box(kind, 632, y, WIDE_BOXES[kind], heights[kind], said[kind]))
    # As tall as all three ends, so that each arrow into it is level.
    ledger, notification = (
        Box("ledger", 842, 0, WIDE_BOXES["ledger"], height, said["ledger"]),
        centred("notification", 1028),
    )
    pairs = [*pairwise(way), *((end, ledger) for end in ends)]
    arrows = [arrow_right(one, other) for one, other in pairs] + [arrow_right(ledger, notification)]
    arrows += [band_right(way[-1], 0, end) + "m-6 -4l6 4l-6 4" for end in without_rows(dataset, ends)]
    bands = bands_between(way[-1], ends, total(dataset["files"]), band_right)
    return Picture(1132, height, [*way, *ends, ledger, notification], arrows, bands)


def tall_picture(dataset: DatasetReport, notifications: int) -> Picture:
    """The way from top to bottom, for a phone."""
    said = fitting(lines_of(dataset, notifications), TALL_BOX, TALL_BOXES)

    def row(kinds: tuple[str, ...], y: float, x: float = 0) -> list[Box]:
        height = max(height_of(said[kind]) for kind in kinds)
        return [Box(kind, x + 120 * index, y, TALL_BOX, height, said[kind]) for index, kind in enumerate(kinds)]

    way = row(WAY[:-1], 0)
    [job] = row(WAY[-1:], below(way) + 24, x=120)
    ends = row(ENDS, below([job]) + 44)
    last = row(("ledger", "notification"), below(ends) + 24)
    ledger, notification = last[0]._replace(width=TALL_BOXES["ledger"]), last[1]._replace(x=240)
    arrows = [arrow_right(one, other) for one, other in pairwise(way)]
    arrows += [
        arrow_back(way[-1], job),
        *(arrow_down(end, ledger) for end in ends[:2]),
        arrow_right(ledger, notification),
        *(band_down(job, 0, end) + "m-4 -6l4 6l4 -6" for end in without_rows(dataset, ends)),
    ]
    bands = bands_between(job, ends, total(dataset["files"]), band_down)
    return Picture(340, below(last), [*way, job, *ends, ledger, notification], arrows, bands)


def without_rows(dataset: DatasetReport, ends: list[Box]) -> list[Box]:
    """The results without a row: an arrow leads there in place of a band."""
    counts = total(dataset["files"])
    return [end for end in ends if not getattr(counts, end.kind)]


def fitting(lines: dict[str, list[str]], usual: float, widths: dict[str, int]) -> dict[str, list[str]]:
    """The lines of each box, broken between words where they are wider than the box."""
    return {
        kind: [part for line in said for part in wrapped(line, widths.get(kind, usual))] for kind, said in lines.items()
    }


def wrapped(line: str, width: float) -> list[str]:
    """A line as one or more lines that fit a box of this width, as far as its words allow."""
    parts: list[str] = []
    for word in line.split():
        longer = f"{parts[-1]} {word}" if parts else word
        if parts and width_of(longer, FONT_SIZE) <= width - 2 * PADDING:
            parts[-1] = longer
        else:
            parts.append(word)
    return parts


def size_of(line: str, width: float) -> float:
    """The font size at which a line fits a box: a long number gets smaller, it is never cut."""
    needed = width_of(line, FONT_SIZE)
    return FONT_SIZE * min(1.0, (width - 2 * PADDING) / needed) if needed else FONT_SIZE


def below(row: list[Box]) -> float:
    """The bottom of a row of boxes of one height."""
    return row[0].y + row[0].height


def lines_of(dataset: DatasetReport, notifications: int) -> dict[str, list[str]]:
    """The lines of each box."""
    files, counts = dataset["files"], total(dataset["files"])
    newest = newest_versions(files)
    came = counted(len(newest), "file")
    refused = sum(file["state"] == "QUARANTINED" for file in newest)
    failed = sum(run["state"] == "FAILED" for run in dataset["runs"])
    missing = len(uncounted(files))
    return {
        "upload": [came],
        "queue": [came],
        "crawler": [counted(dataset["crawls"], "crawl")],
        "job": [
            counted(len(dataset["runs"]), "run"),
            *([f"{failed:,} failed"] if failed else []),
            *([f"{missing:,} not counted"] if missing else []),
        ],
        "published": [counted(counts.published, "row")],
        "quarantined": [counted(counts.quarantined, "row"), *([counted(refused, "whole file")] if refused else [])],
        "duplicates": [counted(counts.duplicates, "row")],
        "ledger": [f"{number:,} {state.lower()}" for state, number in states(files).items()] or ["no files"],
        "notification": [f"{notifications:,} sent"],
    }


def bands_between(job: Box, ends: list[Box], counts: Counts, path: Callable[[Box, float, Box], str]) -> list[Band]:
    """The job's rows as bands side by side; a result without a row has none."""
    rows = {end.kind: getattr(counts, end.kind) for end in ends}
    most = sum(rows.values())
    widths = {
        kind: max(WIDEST_BAND * number / most, NARROWEST_BAND) if number else 0.0 for kind, number in rows.items()
    }
    bands, start = [], -sum(widths.values()) / 2
    for end in ends:
        width = widths[end.kind]
        if width:
            bands.append(Band(end.kind, path(job, start + width / 2, end), width))
        start += width
    return bands


def band_right(job: Box, offset: float, end: Box) -> str:
    """A curve from the job's right side to the left side of a result."""
    x, y = job.x + job.width, job.middle[1] + offset
    half = (end.x - x) / 2
    return f"M{x:g} {y:.2f}C{x + half:g} {y:.2f} {x + half:g} {end.middle[1]:g} {end.x:g} {end.middle[1]:g}"


def band_down(job: Box, offset: float, end: Box) -> str:
    """A curve from the job's lower side to the upper side of a result."""
    x, y = job.middle[0] + offset, job.y + job.height
    half = (end.y - y) / 2
    return f"M{x:.2f} {y:g}C{x:.2f} {y + half:g} {end.middle[0]:g} {y + half:g} {end.middle[0]:g} {end.y:g}"
