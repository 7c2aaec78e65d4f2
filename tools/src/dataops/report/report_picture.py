"""Where everything lies in the picture of a dataset's way: boxes, arrows, and bands as wide as their share of rows."""

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

from dataops.report.drawing import Box, arrow_back, arrow_down, arrow_right, height_of
from dataops.report.report import Counts, DatasetReport, counted, states, total, uncounted

GAP = 12
WIDEST_BAND, NARROWEST_BAND = 30.0, 2.0
WAY = ("upload", "queue", "crawler", "job")
ENDS = ("published", "quarantined", "duplicates")


class Band(NamedTuple):
    """Rows on their way from the job to one of their ends."""

    kind: str
    path: str
    width: float


class Picture(NamedTuple):
    """All that is drawn."""

    width: float
    height: float
    boxes: list[Box]
    arrows: list[str]
    bands: list[Band]


def wide_picture(dataset: DatasetReport, notifications: int) -> Picture:
    """The way from left to right, for a screen or a sheet of paper."""
    said = lines_of(dataset, notifications)
    heights = {kind: height_of(lines) for kind, lines in said.items()}
    height = max(sum(heights[kind] for kind in ENDS) + GAP * (len(ENDS) - 1), heights["ledger"])

    def centred(kind: str, x: float) -> Box:
        return Box(kind, x, (height - heights[kind]) / 2, 104, heights[kind], said[kind])

    way = [centred(kind, 144 * place) for place, kind in enumerate(WAY)]
    ends: list[Box] = []
    for kind in ENDS:
        y = ends[-1].y + ends[-1].height + GAP if ends else 0
        ends.append(Box(kind, 632, y, 170, heights[kind], said[kind]))
    # As tall as all three ends, so that each arrow into it is level.
    ledger, notification = Box("ledger", 842, 0, 146, height, said["ledger"]), centred("notification", 1028)
    pairs = [*pairwise(way), *((end, ledger) for end in ends)]
    arrows = [arrow_right(one, other) for one, other in pairs] + [arrow_right(ledger, notification)]
    bands = bands_between(way[-1], ends, total(dataset["files"]), band_right)
    return Picture(1132, height, [*way, *ends, ledger, notification], arrows, bands)


def tall_picture(dataset: DatasetReport, notifications: int) -> Picture:
    """The way from top to bottom, for a phone."""
    said = lines_of(dataset, notifications)

    def row(kinds: tuple[str, ...], y: float, x: float = 0) -> list[Box]:
        height = max(height_of(said[kind]) for kind in kinds)
        return [Box(kind, x + 120 * place, y, 100, height, said[kind]) for place, kind in enumerate(kinds)]

    way = row(WAY[:-1], 0)
    [job] = row(WAY[-1:], below(way) + 24, x=120)
    ends = row(ENDS, below([job]) + 44)
    last = row(("ledger", "notification"), below(ends) + 24)
    ledger, notification = last[0]._replace(width=220), last[1]._replace(x=240)
    arrows = [arrow_right(one, other) for one, other in pairwise(way)]
    arrows += [
        arrow_back(way[-1], job),
        *(arrow_down(end, ledger) for end in ends[:2]),
        arrow_right(ledger, notification),
    ]
    bands = bands_between(job, ends, total(dataset["files"]), band_down)
    return Picture(340, below(last), [*way, job, *ends, ledger, notification], arrows, bands)


def below(row: list[Box]) -> float:
    """Where a row of boxes of one height ends."""
    return row[0].y + row[0].height


def lines_of(dataset: DatasetReport, notifications: int) -> dict[str, list[str]]:
    """What stands in each box."""
    files, counts = dataset["files"], total(dataset["files"])
    came = counted(len(files), "file")
    refused = sum(file["state"] == "QUARANTINED" for file in files)
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
    """The job's rows as bands side by side; an end without a row has none."""
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
    """A curve from the job's right side to the left side of an end."""
    x, y = job.x + job.width, job.middle[1] + offset
    half = (end.x - x) / 2
    return f"M{x:g} {y:.2f}C{x + half:g} {y:.2f} {x + half:g} {end.middle[1]:g} {end.x:g} {end.middle[1]:g}"


def band_down(job: Box, offset: float, end: Box) -> str:
    """A curve from the job's lower side to the upper side of an end."""
    x, y = job.middle[0] + offset, job.y + job.height
    half = (end.y - y) / 2
    return f"M{x:.2f} {y:g}C{x:.2f} {y + half:g} {end.middle[0]:g} {y + half:g} {end.middle[0]:g} {end.y:g}"
