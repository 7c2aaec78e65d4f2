"""The picture of the architecture as SVG, readable on a light and on a dark page."""

import re
from typing import TYPE_CHECKING, NamedTuple
from xml.sax.saxutils import escape

from dataops.diagram.architecture_layout import WIDTH, Layout, Shape, layout_of
from dataops.report.drawing import LINE
from dataops.report.text_width import fitted

if TYPE_CHECKING:
    from dataops.diagram.architecture import Facts

PADDING = 10
# What XML cannot hold, and the marks that turn the reading direction of what follows.
UNSHOWABLE = re.compile("[^\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]")
STYLE = """
svg { --page: #ffffff; --ink: #1f2328; --soft: #57606a; --line: #8c959f; --fill: #f6f8fa;
  --storage: #1a7f37; --compute: #bc4c00; --event: #bf3989; --people: #0969da; --delivery: #0969da;
  --environment: #6639ba; --database: #57606a; font-family: system-ui, sans-serif }
@media (prefers-color-scheme: dark) { svg { --page: #0d1117; --ink: #e6edf3; --soft: #9198a1; --line: #6e7681;
  --fill: #161b22; --storage: #3fb950; --compute: #f0883e; --event: #f778ba; --people: #58a6ff;
  --delivery: #58a6ff; --environment: #bc8cff; --database: #9198a1 } }
text { fill: var(--ink); font-size: 12px } .line, .note { fill: var(--soft); font-size: 11px }
.title { font-weight: 600; font-size: 12.5px } .heading { font-weight: 600; font-size: 15px }
.headline { font-weight: 600; font-size: 22px }
.arrow { fill: none; stroke: var(--line); stroke-width: 1.5 } .frame, .row { fill: var(--fill); stroke-width: 1.2 }
.group { fill: none; stroke-width: 1; stroke-dasharray: 4 3 }
"""
KINDS = ("storage", "compute", "event", "people", "delivery", "environment", "database")
SIZES = {"title": 12.5, "line": 11.0, "name": 12.0, "note": 11.0, "heading": 15.0, "headline": 22.0}
BOLD = {"title", "heading", "headline"}


class Text(NamedTuple):
    """A text where it begins, on its base line, cut to its room."""

    look: str
    x: float
    y: float
    text: str


def svg(facts: "Facts") -> str:
    """The whole picture, the same bytes for the same facts."""
    layout = layout_of(facts)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {layout.height:g}" width="{WIDTH}" '
        f'height="{layout.height:g}" role="img" aria-label="{attribute(description(facts))}">',
        f"<style>{STYLE}{''.join(f'.{kind} {{ stroke: var(--{kind}) }} ' for kind in KINDS)}</style>",
        '<rect width="100%" height="100%" style="fill: var(--page)"/>',
        *(f'<path class="arrow" d="{path}"/>' for path in layout.arrows),
        *(rectangle(shape) for shape in layout.shapes if shape.box.kind != "plain"),
        *(element(text) for text in texts_of(layout)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def description(facts: "Facts") -> str:
    """What a person hears who cannot see the picture."""
    environments = ", ".join(entry["name"] for entry in facts["environments"])
    datasets = ", ".join(dataset["name"] for dataset in facts["datasets"])
    return f"Architecture of {facts['name']}: environments {environments}; datasets {datasets}"


def rectangle(shape: Shape) -> str:
    """The border of a box."""
    box, look = shape.box, {"card": "frame", "row": "row", "group": "group"}[shape.style]
    return (
        f'<rect class="{look} {box.kind}" x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" '
        f'height="{box.height:g}" rx="6"/>'
    )


def element(text: Text) -> str:
    """A text as SVG writes it."""
    return f'<text class="{text.look}" x="{text.x:g}" y="{text.y:g}">{escape(text.text)}</text>'


def texts_of(layout: Layout) -> list[Text]:
    """Every text of the picture, cut to its box."""
    return [text for shape in layout.shapes for text in STYLES[shape.style](shape)]


def texts_of_card(shape: Shape) -> list[Text]:
    """A title, and lines below it."""
    box, room = shape.box, shape.box.width - 2 * PADDING
    looks = ["title", *["line"] * (len(box.lines) - 1)]
    return [
        Text(look, box.x + PADDING, box.y + 22 + LINE * number, cut(line, look, room))
        for number, (look, line) in enumerate(zip(looks, box.lines, strict=True))
    ]


def texts_of_row(shape: Shape) -> list[Text]:
    """A name, and a note close below it."""
    box, (name, note), room = shape.box, shape.box.lines, shape.box.width - 2 * PADDING
    alone = Text("name", box.x + PADDING, box.middle[1] + 4, cut(name, "name", room))
    if not note:
        return [alone]
    return [alone._replace(y=box.y + 18), Text("note", box.x + PADDING, box.y + 34, cut(note, "note", room))]


def texts_of_group(shape: Shape) -> list[Text]:
    """A title."""
    box = shape.box
    return [Text("title", box.x + PADDING, box.y + 20, cut(box.lines[0], "title", box.width - 2 * PADDING))]


def texts_of_heading(shape: Shape) -> list[Text]:
    """A text without a border."""
    box, look = shape.box, shape.style
    return [Text(look, box.x, box.y + 20, cut(box.lines[0], look, box.width))]


STYLES = {
    "card": texts_of_card,
    "row": texts_of_row,
    "group": texts_of_group,
    "heading": texts_of_heading,
    "line": texts_of_heading,
    "headline": texts_of_heading,
}


def cut(text: str, look: str, room: float) -> str:
    """What of a text can be shown, and has room."""
    return fitted(UNSHOWABLE.sub("·", text), SIZES[look], room, look in BOLD)


def attribute(text: str) -> str:
    """A text as the value of an attribute."""
    return escape(UNSHOWABLE.sub("·", text), {'"': "&quot;"})
