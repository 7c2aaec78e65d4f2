"""The report of a local run: every file is included, the sums are right, and no value can break page or terminal."""

import io
import json
import re
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from dataops.report.report import STATES, Counts, DatasetReport, FileReport, Report, RunReport, states, total, uncounted
from dataops.report.report_page import page, write_page
from dataops.report.report_text import print_report
from dataops.report.text_width import width_of

HOSTILE = (
    "orders/<script>alert(1)</script>.csv",
    "orders/\"'><img src=https://evil.example/x onerror=alert(1)>&amp;.csv",
    "orders/<%= 7 * 7 %><% raw %>.csv",
    "orders/[red]not markup[/red][/].csv",
    "orders/🦀 café Ω 表.csv",
    "orders/" + "very-long-name-" * 70 + ".csv",
    "orders/a\x1b[31mb\x00c\x7f\u202egnp.csv",
    "orders/half a pair \ud83d.csv",
    "orders/two\nlines.csv",
    "orders/-->]]><!--.csv",
    "",
)
NOW, BEFORE = "2026-03-01T10:00:00.000000Z", "2026-02-28T10:00:00.000000Z"
VOID = {"meta", "br", "col"}


def file(key: str = "orders/a.csv", **changes: Any) -> FileReport:
    """A file with 10 rows, of which 8 were published."""
    counts = {"rows_in": 10, "published": 8, "quarantined": 1, "duplicates": 1}
    common = {"key": key, "state": "DONE", "reason": None, "reasons": {"type:amount": 1}, "run": "b-1"}
    common |= {"examples": {}, "uploaded_at": "2026-03-01T09:00:00.000000Z"}
    return {**common, **counts, **changes}  # type: ignore[typeddict-item]


def waiting(key: str = "orders/later.csv") -> FileReport:
    """A file of a run that has not ended."""
    return file(key, state="CLAIMED", rows_in=None, published=None, quarantined=None, duplicates=None, reasons={})


def run_of(name: str, **changes: Any) -> RunReport:
    """A run that failed without a reason."""
    given = {"run": name, "started_at": NOW, "state": "FAILED", "files": 1, "seconds": None, "reason": None}
    return given | changes  # type: ignore[return-value]


def dataset(files: list[FileReport], **changes: Any) -> DatasetReport:
    """A dataset that one run has published."""
    run = run_of("b-1", state="PUBLISHED", files=len(files), seconds=4.2)
    given = {"files": files, "runs": [run], "crawls": 1, "drift": [], "published_rows": 8, "outputs": {}}
    return given | changes  # type: ignore[return-value]


def report(**changes: Any) -> Report:
    """A report of one dataset with one file."""
    given: dict[str, Any] = {
        "project": "acme",
        "environment": "dev",
        "place": "on this machine",
        "since": "2026-03-01T08:00:00",
        "account": "111111111111",
        "region": "eu-west-1",
        "resources": 120,
        "datasets": {"orders": dataset([file()])},
        "ignored_files": [],
        "notifications": [],
        "alarms": [],
        "missing": [],
        "steps": [],
        "total_seconds": 60.0,
        "memory": {},
        "commands": [],
        "page": "/acme/.local/dev/report.html",
    }
    return given | changes  # type: ignore[return-value]


def many(datasets: int, files: int) -> Report:
    """A report of many files, every third of them with quarantined rows."""
    clean = {"published": 10, "quarantined": 0, "duplicates": 0, "reasons": {}}
    names = [f"data_{number:02}" for number in range(datasets)]
    return report(
        datasets={
            name: dataset([file(f"{name}/{n:03}.csv", **({} if n % 3 == 0 else clean)) for n in range(files)])
            for name in names
        }
    )


class Page(HTMLParser):
    """A page as a browser reads it: its texts, and every tag with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.folded: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.texts.append(data)
            self.folded += [data] if "details" in self.open else []

    @property
    def text(self) -> str:
        """All of the text, with single blanks."""
        return " ".join(" ".join(self.texts).split())


def printed(given: Report, width: int = 160) -> str:
    """The terminal output."""
    written = io.StringIO()
    print_report(given, Console(file=written, width=width, highlight=False))
    return written.getvalue()


def pictures(html: str) -> list[ElementTree.Element]:
    """The drawings of a page, each read as XML."""
    return [ElementTree.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", html, re.DOTALL)]


def test_the_sum_leaves_out_files_that_no_published_run_has_counted_and_says_which() -> None:
    files = [file(), file("orders/b.csv"), waiting(), file("orders/dead.csv", state="DEAD", published=0)]
    given = report(datasets={"orders": dataset(files)})

    assert total(files) == Counts(20, 16, 2, 2)
    assert [left_out["key"] for left_out in uncounted(files)] == ["orders/later.csv", "orders/dead.csv"]
    assert Page(page(given)).text.count("Not part of the sum: 1 dead, 1 claimed.") == 2
    assert "without 1 dead, 1 claimed" in printed(given)
    assert "duplicates; not counted: 1 dead, 1 claimed" in printed(given)


def test_a_file_that_was_refused_or_deleted_unread_misses_in_no_sum() -> None:
    assert uncounted([waiting() | {"state": "QUARANTINED"}, waiting() | {"state": "GONE"}]) == []


def test_states_are_counted_in_the_order_of_a_files_life_and_unknown_ones_too() -> None:
    found = states([file("a", state="NEW"), file("b", state="PENDING"), file("c"), file("d")])

    assert list(found.items()) == [("DONE", 2), ("PENDING", 1), ("NEW", 1)]


def test_rows_in_equal_published_plus_quarantined_plus_duplicates_over_all_datasets() -> None:
    given = many(datasets=12, files=3)

    assert "360 rows in = 336 published + 12 quarantined + 12 duplicates" in Page(page(given)).text
    assert "36 files, 360 rows in = 336 published + 12 quarantined + 12 duplicates" in printed(given)


def test_a_sum_that_is_wrong_is_said_everywhere() -> None:
    given = report(datasets={"orders": dataset([file(published=5)])})

    assert "10 rows in ≠ 5 published + 1 quarantined + 1 duplicates" in Page(page(given)).text
    assert Page(page(given)).text.count("The rows do not add up: 3 of 10 rows have no end") == 2
    assert "10 rows in ≠ 5 published" in printed(given)
    assert "does not add up: +3 rows" in printed(given)
    assert "add up" not in printed(report()) + Page(page(report())).text


@pytest.mark.parametrize(("datasets", "files"), [(1, 1), (1, 300), (12, 20)])
def test_every_file_is_on_the_page_and_long_lists_fold(datasets: int, files: int) -> None:
    read = Page(page(many(datasets, files)))
    keys = [f"data_{name:02}/{n:03}.csv" for name in range(datasets) for n in range(files)]

    assert sorted(text for text in read.texts if text.endswith(".csv")) == keys
    assert len([text for text in read.folded if text.endswith(".csv")]) == datasets * max(files - 12, 0)
    assert read.open == []


def test_files_that_need_a_look_come_first_and_are_not_folded() -> None:
    files = [*many(1, 2)["datasets"]["data_00"]["files"][1:] * 40, file("orders/zzz.csv", state="DEAD")]

    read = Page(page(report(datasets={"orders": dataset(files)})))

    assert "orders/zzz.csv" in read.texts and "orders/zzz.csv" not in read.folded


def test_one_dataset_needs_no_table_of_datasets_and_twelve_lead_to_each() -> None:
    one, twelve = Page(page(many(1, 1))), Page(page(many(12, 1)))

    assert [tag for tag, _ in one.tags if tag == "a"] == []
    links = {attributes["href"] for tag, attributes in twelve.tags if tag == "a"}
    assert links == {f"#{attributes['id']}" for tag, attributes in twelve.tags if tag == "section" and attributes}
    assert len(links) == 12


def hostile_report() -> Report:
    """A report in which every text is hostile."""
    return report(
        project=HOSTILE[0],
        account=HOSTILE[1],
        ignored_files=list(HOSTILE),
        place=HOSTILE[0],
        datasets={
            name: dataset(
                [
                    file(key, state=name, reason=key, reasons={key: 1, "two": 1, "three": 1}, examples={key: key})
                    for key in [*HOSTILE, *HOSTILE]
                ],
                runs=[run_of(name, state=name, reason=name), run_of(name, started_at=BEFORE)],
                drift=list(HOSTILE),
                outputs={name: name},
            )
            for name in HOSTILE
        },
        notifications=[
            {"at": "2026-03-01T09:00:00+00:00", "subject": name, "message": name, "dataset": name, "to": list(HOSTILE)}
            for name in HOSTILE
        ],
        alarms=[{"name": n, "description": n, "state": s, "reason": n} for n in HOSTILE for s in ("OK", "ALARM")],
        missing=[{"what": name, "reason": name} for name in HOSTILE],
        steps=[{"name": name, "started": 0.0, "seconds": 1.0} for name in HOSTILE],
        memory=dict.fromkeys(HOSTILE, 1.0),
        commands=[{"command": name, "meaning": name} for name in HOSTILE],
        page=HOSTILE[1],
    )


def test_no_value_becomes_a_tag_or_an_attribute() -> None:
    harmless, hostile = Page(page(many(12, 1))), Page(page(hostile_report()))

    allowed = {"ul", "li", "br", "details", "summary", "article", "time", "footer", "code", "pre", "dl", "dt", "dd"}
    assert {tag for tag, _ in hostile.tags} <= {tag for tag, _ in harmless.tags} | allowed
    assert not any(name.startswith("on") for _, attributes in hostile.tags for name in attributes)
    assert hostile.open == []
    assert "orders/<script>alert(1)</script>.csv" in hostile.texts
    assert "orders/<%= 7 * 7 %><% raw %>.csv" in hostile.texts


def test_the_page_refers_to_nothing_besides_itself() -> None:
    html = page(hostile_report())
    read = Page(html)
    style = html[html.index("<style>") : html.index("</style>")]

    assert {tag for tag, _ in read.tags} & {
        "script",
        "link",
        "img",
        "iframe",
        "object",
        "embed",
        "use",
        "image",
    } == set()
    addresses = [value for _, given in read.tags for name, value in given.items() if name in ("href", "src", "srcset")]
    assert addresses and all(re.match(r"#|\.\./\.\./docs/[a-z-]+\.md$", str(address)) for address in addresses)
    assert not re.search(r"url\(|@import|@font-face|https?:", style)


def test_what_a_page_cannot_hold_is_shown_as_its_escape() -> None:
    html = page(report(datasets={"orders": dataset([file(key) for key in HOSTILE])}))

    assert "orders/a\\x1b[31mb\\x00c\\x7f\\u202egnp.csv" in html
    assert "orders/half a pair \\ud83d.csv" in html
    assert "orders/🦀 café Ω 表.csv" in html


def test_the_pictures_are_well_formed_and_hold_the_counts() -> None:
    refused = file("orders/b.csv", state="QUARANTINED", rows_in=0, published=0, quarantined=0, duplicates=0)
    files = [file(), refused, waiting()]
    sent = {"at": "", "subject": "acme-dev orders: published", "message": "", "dataset": "orders", "to": []}
    given = report(datasets={"orders": dataset(files)}, notifications=[sent, sent | {"dataset": "other"}])

    drawn = pictures(page(given))

    assert len(drawn) == 2
    # A phone's box is narrower.
    for picture, whole in zip(drawn, [["1 whole file"], ["1 whole", "file"]], strict=True):
        texts = [text.text for text in picture.iter("text")]
        assert texts == [
            *("upload", "3 files", "queue", "3 files", "crawler", "1 crawl", "job", "1 run", "1 not", "counted"),
            *("published", "8 rows", "quarantined", "1 row", *whole, "duplicates", "1 row"),
            *("ledger", "1 done", "1 quarantined", "1 claimed", "notification", "1 sent"),
        ]


def test_the_pictures_stay_well_formed_whatever_a_dataset_is_called() -> None:
    assert len(pictures(page(hostile_report()))) == 2 * len(HOSTILE)


def overlap(one: list[float], other: list[float]) -> bool:
    """Whether two boxes (x, y, width, height) have a point in common."""
    return all(one[n] < other[n] + other[n + 2] and one[n] + one[n + 2] > other[n] for n in (0, 1))


def test_boxes_with_the_most_lines_stay_inside_the_picture_and_do_not_overlap() -> None:
    files = [waiting(), *(file(state, state=state) for state in STATES)]
    failed = run_of("b-1")

    for picture in pictures(page(report(datasets={"orders": dataset(files, runs=[failed])}))):
        boxes = [[float(box.attrib[name]) for name in ("x", "y", "width", "height")] for box in picture.iter("rect")]
        width, height = (float(size) - 2 for size in picture.attrib["viewBox"].split()[2:])
        assert all(x >= 0 and y >= 0 and x + w <= width and y + h <= height for x, y, w, h in boxes)
        assert not any(overlap(one, other) for one, other in combinations(boxes, 2))


def test_a_band_is_as_wide_as_its_share_of_the_rows_and_none_is_drawn_for_no_rows() -> None:
    given = file(rows_in=1000, published=999, quarantined=1, duplicates=0)

    wide = pictures(page(report(datasets={"orders": dataset([given])})))[0]

    bands = {
        band.attrib["class"]: float(band.attrib["stroke-width"])
        for band in wide.iter("path")
        if "stroke-width" in band.attrib
    }
    assert bands == {"band published": 29.97, "band quarantined": 2.0}


def test_the_same_report_gives_the_same_bytes_whatever_order_its_names_have(tmp_path: Path) -> None:
    given = hostile_report()
    turned = json.loads(json.dumps(given), object_pairs_hook=lambda pairs: dict(reversed(pairs)))
    assert turned == given

    write_page(given, tmp_path / "new" / "one.html")
    write_page(turned, tmp_path / "two.html")

    assert (tmp_path / "new" / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()


def test_steps_may_overlap_and_may_end_after_the_whole() -> None:
    steps = [{"name": "job", "started": 50.0, "seconds": 50.0}, {"name": "apply", "started": 0.0, "seconds": 60.0}]

    html = page(report(steps=steps, total_seconds=90.0))

    assert re.findall(r'style="(left.*?)"', html) == ["left:0.00%;width:60.00%", "left:50.00%;width:50.00%"]


def test_a_report_of_nothing_is_still_a_page() -> None:
    empty = report(
        datasets={"orders": dataset([], runs=[])},
        total_seconds=0.0,
        steps=[{"name": "a", "started": 0.0, "seconds": 0.0}],
    )

    assert "No file was uploaded." in Page(page(empty)).text
    assert "0 files, 0 rows in = 0 published" in printed(empty)
    assert Page(page(report(datasets={}))).open == []


def test_a_notification_is_shown_as_it_would_be_read() -> None:
    sent = {"at": "2026-03-01T09:00:00Z", "subject": "acme-dev orders: published", "message": "Run b-1\nrows_in 10"}
    sent |= {"dataset": "orders"}
    html = page(report(notifications=[{**sent, "to": ["email a@example.com", "sms +49123"]}, {**sent, "to": []}]))

    assert "To email a@example.com , sms +49123" in Page(html).text
    assert "<pre>Run b-1\nrows_in 10</pre>" in html
    assert "nobody is subscribed" in html


def test_alarms_that_fired_are_shown_and_quiet_ones_folded() -> None:
    alarms = [
        {"name": n, "description": "d", "state": s, "reason": "r"} for n, s in (("loud", "ALARM"), ("calm", "OK"))
    ]

    read = Page(page(report(alarms=alarms)))

    assert "loud" in read.texts and "loud" not in read.folded and "calm" in read.folded
    assert "alarm: loud: r" in printed(report(alarms=alarms))
    assert "calm" not in printed(report(alarms=alarms))


def test_the_terminal_shows_hostile_values_and_acts_on_none() -> None:
    text = printed(hostile_report(), width=400)

    assert "[red]not markup[/red][/].csv" in text
    assert "orders/two\\nlines.csv" in text
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e]", text)


def test_the_terminal_names_reasons_drift_failures_places_and_commands() -> None:
    failed = run_of("b-2", reason="too-many-bad-rows: 3 of 4")
    drift = [f"a{n}.csv: added:x" for n in range(12)]
    given = report(
        datasets={"orders": dataset([file()], runs=[failed], drift=drift, outputs={"published": "/out/orders"})},
        ignored_files=["stray.csv", "unknown/a.csv"],
        missing=[{"what": "CodePipeline", "reason": "not part of an environment"}] * 11,
        commands=[{"command": "make query", "meaning": "ask in SQL"}],
    )

    text = printed(given)

    for expected in (
        "type:amount 1",
        "run b-2 failed: too-many-bad-rows: 3 of 4",
        "drift: a9.csv: added:x\ndrift: and 2 more",
        "published: /out/orders",
        "files of no dataset, ignored: 2 (stray.csv, unknown/a.csv): see docs/data-path.md",
        "not on this machine: 11 features of AWS: see the end of the page below",
        "make query  # ask in SQL",
        "the report as a page: /acme/.local/dev/report.html",
    ):
        assert expected in text


def test_the_terminal_shows_twenty_files_and_counts_the_others() -> None:
    text = printed(many(1, 300))

    assert text.count(".csv") == 20
    assert "and 280 more files" in text
    assert "300 files, 3,000 rows in" in text


def test_the_type_of_the_report_names_every_value_that_the_page_shows() -> None:
    assert set(report()) == set(Report.__annotations__)


def rerun() -> Report:
    """A report after a file was given up yesterday, and its corrected version was published today."""
    dead = file(state="DEAD", uploaded_at=BEFORE, reason="all-rows-bad", published=0)
    runs = [run_of("b-0", started_at=BEFORE, reason="all-rows-bad: none of 10 rows"), run_of("b-1", state="PUBLISHED")]
    old = {"at": "2026-02-28T10:01:00+00:00", "subject": "run failed", "message": "m", "dataset": "orders", "to": []}
    new = old | {"at": "2026-03-01T10:01:00+00:00", "subject": "published"}
    return report(datasets={"orders": dataset([dead, file()], runs=runs)}, notifications=[old, new])


def test_a_file_is_one_row_with_its_versions_and_their_times_the_newest_first() -> None:
    html = page(rerun())
    rows = re.findall(r'<tr>\s*<td class="name"><bdi>orders/a.csv.*?</tr>', html, re.DOTALL)

    assert len(rows) == 1
    assert "done 2026-03-01 09:00 dead 2026-02-28 10:00 10 8 1 1" in Page(rows[0]).text
    assert "2026-02-28 10:00: all-rows-bad" in Page(rows[0]).text
    text = printed(rerun())
    assert text.count("orders/a.csv") == 1 and "1 done" in text and "before: all-rows-bad" in text
    assert re.search(r"DONE 2026-03-01 09:00 .*\n.*DEAD 2026-02-28 10:00", text)


def test_a_version_that_was_given_up_is_not_missing_once_a_newer_one_has_replaced_it() -> None:
    assert "1 file, 10 rows in = 8 published + 1 quarantined + 1 duplicates\n" in printed(rerun())
    assert "Not part of the sum" not in Page(page(rerun())).text


def test_the_latest_run_and_notification_are_shown_and_the_earlier_ones_folded() -> None:
    read, text = Page(page(rerun())), printed(rerun())

    assert {"b-0", "run failed"} <= set(read.folded) and not {"b-1", "published"} & set(read.folded)
    assert "none of 10 rows" not in text and "earlier: 1 failed run, on the page" in text
    assert "notification: published" in text and "earlier: 1 notification, on the page" in text


def test_a_failed_run_is_shown_even_if_nothing_has_run_since() -> None:
    quiet = report(
        since="2026-04-01T00:00:00", datasets={"orders": dataset([file()], runs=[run_of("b-9", reason="r")])}
    )

    assert "run b-9 failed: r" in printed(quiet)


def test_each_reason_has_one_example_in_terminal_and_page() -> None:
    given = report(datasets={"orders": dataset([file(examples={"type:amount": "'291,449'"})])})

    assert "type:amount 1, for example '291,449'" in printed(given)
    assert "type:amount 1 '291,449'" in Page(page(given)).text
    assert "for example" not in printed(report())


def test_files_of_earlier_rules_are_said_in_terminal_and_page() -> None:
    sentence = "rules changed since 5 files were published. Upload them again."
    given = report(datasets={"orders": dataset([file()], earlier_rules=sentence)})

    assert f"orders: {sentence}" in " ".join(printed(given).split())
    assert f"Earlier rules {sentence}" in Page(page(given)).text
    assert "Earlier rules" not in Page(page(report())).text


def test_a_failed_transform_is_said_in_the_row_of_its_file() -> None:
    sentence = "transforms/orders.py, line 7: A column `kunden` cannot be resolved. Did you mean `kunde`?"
    given = report(datasets={"orders": dataset([file(state="DEAD", reason=sentence, published=0)])})

    assert f"orders/a.csv dead - - - - {sentence}" in Page(page(given)).text
    assert sentence in " ".join(printed(given, width=240).split())


def test_every_line_fits_its_box_and_no_number_is_cut() -> None:
    files = [file(str(n), state="CLAIMED", published=None) for n in range(1_234)]
    files += [file(rows_in=9_876_543_210, published=9_876_543_210, quarantined=0, duplicates=0)]

    for picture in pictures(page(report(datasets={"orders": dataset(files)}))):
        boxes = [
            {name: float(box.attrib[name]) for name in ("x", "y", "width", "height")} for box in picture.iter("rect")
        ]
        texts = [text for text in picture.iter("text") if text.attrib.get("class") != "title"]
        for text in texts:
            size = float(re.search(r"[\d.]+", text.attrib.get("style", "14"))[0])  # type: ignore[index]
            x, y = float(text.attrib["x"]), float(text.attrib["y"])
            box = next(b for b in boxes if b["x"] + 10 == x and b["y"] < y < b["y"] + b["height"])
            assert width_of(str(text.text), size) <= box["width"] - 19, text.text
        assert {"9,876,543,210", "counted"} <= {word for text in texts for word in str(text.text).split()}


def test_a_result_without_rows_has_an_arrow_in_place_of_a_band() -> None:
    nothing = report(datasets={"orders": dataset([waiting()])})

    for before, after in zip(pictures(page(report())), pictures(page(nothing)), strict=True):
        assert len([*after.iter("path")]) == len([*before.iter("path")])
