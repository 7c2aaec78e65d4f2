"""What a picture is made of: boxes with text, and arrows between them as SVG paths."""

from typing import NamedTuple

TITLE, LINE = 26, 18


class Box(NamedTuple):
    """One place on the way: a title with lines below it; `kind` names its colour."""

    kind: str
    x: float
    y: float
    width: float
    height: float
    lines: list[str]

    @property
    def middle(self) -> tuple[float, float]:
        """The centre."""
        return self.x + self.width / 2, self.y + self.height / 2

    @property
    def right(self) -> float:
        """Where it ends."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Where it ends below."""
        return self.y + self.height


def height_of(lines: list[str]) -> float:
    """As much as a box needs for its title and lines."""
    return TITLE + LINE * len(lines)


def arrow_right(start: Box, end: Box) -> str:
    """A level arrow between two boxes side by side, at the middle of the lower box."""
    y = min(start, end, key=lambda box: box.height).middle[1]
    return f"M{start.right:g} {y:g}H{end.x:g}m-6 -4l6 4l-6 4"


def arrow_left(start: Box, end: Box) -> str:
    """A level arrow back, at the middle of the lower box."""
    y = min(start, end, key=lambda box: box.height).middle[1]
    return f"M{start.x:g} {y:g}H{end.right:g}m6 -4l-6 4l6 4"


def arrow_down(start: Box, end: Box) -> str:
    """An arrow straight down."""
    x = start.middle[0]
    return f"M{x:g} {start.bottom:g}V{end.y:g}m-4 -6l4 6l4 -6"


def arrow_up(start: Box, end: Box) -> str:
    """An arrow straight up."""
    x = start.middle[0]
    return f"M{x:g} {start.y:g}V{end.bottom:g}m-4 6l4 -6l4 6"


def arrow_back(start: Box, end: Box) -> str:
    """An arrow down, and then to the left into the next row."""
    return f"M{start.middle[0]:g} {start.bottom:g}V{end.middle[1]:g}H{end.right:g}m6 -4l-6 4l6 4"
