"""The picture of the architecture shows everything that project.yaml names, and no parts overlap."""

import re
import xml.etree.ElementTree as ElementTree
from itertools import combinations
from typing import Any

import pytest

from dataops.diagram import architecture_svg
from dataops.diagram.architecture import Facts, distinct
from dataops.diagram.architecture_layout import WIDTH, Shape, layout_of
from dataops.diagram.architecture_svg import BOLD, PADDING, SIZES, STYLES, Text, svg, texts_of
from dataops.report.text_width import fitted, width_of

LONG = "a_dataset_of_full_length"


def environment(name: str, **more: Any) -> Any:
    return {
        "name": name,
        "prefix": f"acme-sales-{name}",
        "account": "111111111111",
        "region": "ap-southeast-1",
        "approval": True,
        "network": "10.20.0.0/16",
        "databases": {},
        **more,
    }


def dataset(name: str, **more: Any) -> Any:
    return {
        "name": name,
        "format": "csv",
        "prefix": f"{name}/",
        "schedule": "",
        "table_format": "parquet",
        **more,
    }


EVERY_TARGET: Any = [
    {"protocol": "email", "who": "a-very-long-address-of-somebody-who-wants-to-know@data.example.com"},
    {"protocol": "https", "who": "https://example.com/data?team=sales&x=%20<b>"},
    {"protocol": "slack", "who": "C0123ABCD"},
    {"protocol": "sms", "who": "+32470123456"},
    {"protocol": "teams", "who": "19:abcdef@thread.tacv2"},
    {"protocol": "topic", "who": "arn:aws:sns:eu-west-1:111111111111:alerts"},
]
SMALL: Facts = {
    "name": "Acme Sales",
    "slug": "acme-sales",
    "git": {"provider": "codecommit", "repository": "acme-sales", "branch": "main"},
    "approvers": [],
    "readers": 0,
    "environments": [environment("live")],
    "datasets": [dataset("x")],
    "targets": [],
}
USUAL: Facts = {
    **SMALL,
    "approvers": ["Architects", "SMEs"],
    "readers": 1,
    "environments": [environment("dev"), environment("prod", network="vpc-0123456789abcdef0")],
    "datasets": [dataset("customers", format="json"), dataset("orders", schedule="rate(2 hours)")],
    "targets": EVERY_TARGET[:1],
}
LARGE: Facts = {
    "name": 'Tom\'s "lake" №1 — {été} ${x} 日本語 <ü>',
    "slug": "a-b-c-d-e-f-g-h-i-j-k-lm",
    "git": {"provider": "gitlab", "repository": "acme/sub/" + "sales" * 20, "branch": "release/" + "x" * 60},
    "approvers": [f"Approvers{number}" for number in range(20)],
    "readers": 20,
    "environments": [
        environment(f"staging{number}", approval=number % 2 == 0, databases={"warehouse": "jdbc:x"})
        for number in range(8)
    ],
    "datasets": [dataset(LONG[:-1] + letter, schedule="cron(0/5 8-18 ? * MON-FRI *)") for letter in "abcdefghijkl"],
    "targets": EVERY_TARGET,
}
PICTURES = {"one dataset": SMALL, "two datasets": USUAL, "twelve datasets and everything else": LARGE}
pictures = pytest.mark.parametrize("facts", PICTURES.values(), ids=PICTURES)


def overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """Whether two rectangles (left, top, right, bottom) share more than an edge."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def extent(shape: Shape) -> tuple[float, ...]:
    return shape.box.x, shape.box.y, shape.box.right, shape.box.bottom


def holds(outer: Shape, inner: Shape) -> bool:
    """Whether a row is in its group."""
    left, top, right, bottom = extent(inner)
    return (outer.style, inner.style) == ("group", "row") and (
        outer.box.x <= left and outer.box.y <= top and right <= outer.box.right and bottom <= outer.box.bottom
    )


def room_of(text: Text) -> tuple[float, ...]:
    """The maximum space of a text: left, top, right, bottom."""
    size = SIZES[text.look]
    return text.x, text.y - size * 0.8, text.x + width_of(text.text, size, text.look in BOLD), text.y + size * 0.25


def collisions(facts: Facts) -> list[str]:
    """Texts that leave their box, or overlap."""
    layout = layout_of(facts)
    outside = [
        text.text
        for shape in layout.shapes
        for text in STYLES[shape.style](shape)
        for left, top, right, bottom in [room_of(text)]
        if right > shape.box.right or left < shape.box.x or top < shape.box.y or bottom > shape.box.bottom
    ]
    pairs = combinations(texts_of(layout), 2)
    return outside + [f"{one.text} and {other.text}" for one, other in pairs if overlap(room_of(one), room_of(other))]


@pictures
def test_no_text_leaves_its_box_or_lies_on_another(facts: Facts) -> None:
    assert collisions(facts) == []


def test_a_text_that_is_not_cut_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(architecture_svg, "cut", lambda text, look, room: text)

    assert collisions(LARGE) != []


@pictures
def test_no_box_lies_on_another(facts: Facts) -> None:
    shapes = [shape for shape in layout_of(facts).shapes if shape.box.kind != "plain"]

    lying = [
        (one.box.lines, other.box.lines)
        for one, other in combinations(shapes, 2)
        if overlap(extent(one), extent(other)) and not holds(one, other)
    ]

    assert lying == []


@pictures
def test_everything_lies_inside_the_picture(facts: Facts) -> None:
    layout = layout_of(facts)

    assert all(shape.box.x >= 0 and shape.box.right <= WIDTH for shape in layout.shapes)
    assert all(shape.box.y >= 0 and shape.box.bottom <= layout.height for shape in layout.shapes)


def ends(path: str) -> list[tuple[float, float]]:
    """The start of an arrow, and the end of its last long line."""
    long = path.partition("m")[0]
    x, y = map(float, re.findall(r"-?[\d.]+", long)[:2])
    start = (x, y)
    for step, number in re.findall(r"([HV])(-?[\d.]+)", long):
        x, y = (float(number), y) if step == "H" else (x, float(number))
    return [start, (x, y)]


@pictures
def test_every_arrow_leads_from_a_box_to_a_box(facts: Facts) -> None:
    layout = layout_of(facts)
    boxes = [shape.box for shape in layout.shapes if shape.box.kind != "plain"]

    def is_on_a_border(x: float, y: float) -> bool:
        return any(
            ((abs(x - box.x) < 1 or abs(x - box.right) < 1) and box.y <= y <= box.bottom)
            or ((abs(y - box.y) < 1 or abs(y - box.bottom) < 1) and box.x <= x <= box.right)
            for box in boxes
        )  # fmt: skip

    assert layout.arrows
    assert [path for path in layout.arrows if not all(is_on_a_border(*end) for end in ends(path))] == []


def shown(facts: Facts) -> list[str]:
    """The texts of the picture as a browser reads them."""
    root = ElementTree.fromstring(svg(facts))
    return [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text")]


@pictures
def test_every_name_is_on_it(facts: Facts) -> None:
    texts = shown(facts)
    names = [facts["name"], *(entry["name"] for entry in facts["environments"])]
    names += [entry[key] for entry in facts["environments"] for key in ("prefix", "name")]
    names += [each["name"] for each in facts["datasets"]] + [target["protocol"] for target in facts["targets"]]

    assert [name for name in names if name not in texts] == []
    assert [
        each["prefix"] for each in facts["datasets"] if not any(is_of(text, each["prefix"]) for text in texts)
    ] == []
    assert [each["who"] for each in facts["targets"] if not any(is_of(text, each["who"]) for text in texts)] == []


def is_of(text: str, whole: str) -> bool:
    """Whether a text is another one, or as much of its beginning as fitted."""
    return text == whole or (text.endswith("…") and whole.startswith(text[:-1]) and len(text) > 10)


def test_what_differs_between_environments_is_shown() -> None:
    texts = shown(USUAL)

    assert "VPC 10.20.0.0/16" in texts
    assert "existing vpc-0123456789abcdef0" in texts
    assert "plan approved by Architects, SMEs" in texts
    assert "applied without approval" in shown(LARGE)
    assert "staging3: warehouse" in shown(LARGE)


def test_a_job_says_when_it_runs() -> None:
    assert {"on each upload", "rate(2 hours)"} <= set(shown(USUAL))


@pictures
def test_every_colour_has_a_value_for_a_light_and_for_a_dark_page(facts: Facts) -> None:
    light, _, dark = svg(facts).partition("prefers-color-scheme: dark")
    used = set(re.findall(r"var\((--\w+)\)", light + dark))

    assert used
    assert [name for name in used if f"{name}: #" not in light or f"{name}: #" not in dark] == []


def test_the_same_facts_give_the_same_bytes() -> None:
    assert svg(LARGE) == svg(LARGE)


def test_it_needs_nothing_from_elsewhere() -> None:
    assert not re.search(r"(href|src|url\()", svg(LARGE))


def test_a_target_that_is_heard_in_several_environments_is_drawn_once() -> None:
    assert distinct([*EVERY_TARGET, *reversed(EVERY_TARGET)]) == EVERY_TARGET


@pytest.mark.parametrize("text", ["", "short", "a" * 500, "W" * 60, "日" * 60])
def test_a_text_is_cut_to_its_room(text: str) -> None:
    cut = fitted(text, 12, 150)

    assert width_of(cut, 12) <= 150
    assert cut == text or cut.endswith("…")


def test_room_is_left_at_both_ends_of_a_box() -> None:
    assert all(
        text.x + width_of(text.text, SIZES[text.look], text.look in BOLD) <= shape.box.right - PADDING + 0.01
        for shape in layout_of(LARGE).shapes
        if shape.box.kind != "plain"
        for text in STYLES[shape.style](shape)
    )
