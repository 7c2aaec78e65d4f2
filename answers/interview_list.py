"""A list to choose from at a terminal: typing filters it. Text that matches no entry is not accepted."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from prompt_toolkit.application import Application, get_app
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.key_binding import KeyBindings, KeyBindingsBase, merge_key_bindings
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout import Layout, Window
from prompt_toolkit.layout.controls import FormattedTextControl
from prompt_toolkit.styles import Style

STYLE = Style([("qmark", "fg:#5f819d"), ("question", "bold"), ("answer", "fg:#FF9D00 bold")])
STYLE = Style([*STYLE.style_rules, ("pointed", "bold"), ("hint", "fg:ansibrightblack"), ("fault", "fg:ansired")])
# The question, the line above it, a fault and the line below: what is left of the screen is for the list.
LINES_BESIDE = 5
MOST_ROWS = 15
SHORTEST_INSIDE = 3
Line = StyleAndTextTuples


@dataclass
class Choosing:
    """A list while a person chooses: what is typed, where the pointer is, what is selected."""

    message: str
    titles: Sequence[str]
    is_many: bool = False
    least: int = 0
    pointed: int = 0
    typed: str = ""
    selected: set[int] = field(default_factory=set)
    fault: str = ""
    is_done: bool = False

    def visible(self) -> list[int]:
        return matching(self.titles, self.typed)

    def __post_init__(self) -> None:
        self.proposed = self.pointed

    def type(self, text: str) -> None:
        self.filter_by(self.typed + text)

    def erase(self) -> None:
        self.filter_by(self.typed[:-1])

    def filter_by(self, typed: str) -> None:
        """Show what matches, and point at the likeliest entry; without a filter, at the proposed one."""
        self.typed, self.fault = typed, ""
        self.pointed = likeliest(self.titles, self.visible(), typed) if typed else self.proposed

    def move(self, rows: int) -> None:
        visible = self.visible()
        self.pointed = (self.pointed + rows) % len(visible) if visible else 0

    def toggle(self) -> None:
        """Select the entry that is pointed at, or take it back; the whole list shows again."""
        visible = self.visible()
        if not visible:
            self.fault = nothing_matches(self.typed)
            return
        entry = visible[self.pointed]
        self.selected ^= {entry}
        self.typed, self.pointed, self.fault = "", entry, ""

    def enter(self) -> bool:
        """Whether the list is answered; else it says why not."""
        visible = self.visible()
        if not visible:
            self.fault = nothing_matches(self.typed)
        elif self.is_many and self.typed:
            self.toggle()
        elif self.is_many and len(self.selected) < self.least:
            self.fault = f"Select at least {self.least} with the space bar."
        else:
            self.selected = self.selected if self.is_many else {visible[self.pointed]}
            self.is_done = True
        return self.is_done


def nothing_matches(typed: str) -> str:
    return f"Nothing in the list matches '{typed}'. Use Backspace to correct it."


def matching(titles: Sequence[str], typed: str) -> list[int]:
    """The entries with a word that begins with each word typed; if there is none, those that hold it anywhere.

    One or two letters inside a word are chance: `no` must not find `another`.
    """
    words = typed.casefold().split()
    beginning = [number for number, title in enumerate(titles) if all(begins(title.casefold(), each) for each in words)]
    if beginning or any(len(each) < SHORTEST_INSIDE for each in words):
        return beginning
    return [number for number, title in enumerate(titles) if all(each in title.casefold() for each in words)]


def likeliest(titles: Sequence[str], visible: Sequence[int], typed: str) -> int:
    """The place of the first entry in which what is typed begins a part between spaces: dd finds dd/MM, not MM/dd."""
    parts = [re.split(r"[\s(]+", titles[number].casefold()) for number in visible]
    words = typed.casefold().split()
    found = (n for n, each in enumerate(parts) if all(any(part.startswith(word) for part in each) for word in words))
    return next(found, 0)


def begins(title: str, word: str) -> bool:
    return re.search(rf"(?<![^\W_]){re.escape(word)}", title) is not None


def window(count: int, pointed: int, rows: int) -> range:
    """The part of a list that is shown, so that the pointer is in it."""
    first = min(max(0, pointed - rows // 2), max(0, count - rows))
    return range(first, min(count, first + rows))


def shown(state: Choosing, rows: int) -> Line:
    """The list on the screen; what is typed is beside the question, which never scrolls away."""
    head = [("class:qmark", "?"), ("class:question", f" {state.message} ")]
    if state.is_done:
        answer = ", ".join(title for number, title in enumerate(state.titles) if number in state.selected)
        return [*head, ("class:answer", answer or "none")]
    keys = "space selects, Enter ends, type to filter" if state.is_many else "arrow keys, or type to filter"
    asked = [("class:answer", state.typed)] if state.typed else [("class:hint", f"({keys})")]
    visible = state.visible()
    part = window(len(visible), state.pointed, rows)
    lines = [line_of(state, visible[index], index == state.pointed) for index in part]
    if len(part) < len(visible):
        lines.append([("class:hint", f"   {len(visible) - len(part)} more: arrow keys, or type to filter")])
    if state.fault:
        lines.append([("class:fault", f"  {state.fault}")])
    elif not visible:
        lines.append([("class:hint", f"   nothing matches '{state.typed}'")])
    return [*head, *asked, *(token for line in lines for token in [("", "\n"), *line])]


def line_of(state: Choosing, entry: int, is_pointed: bool) -> Line:
    box = ("[x] " if entry in state.selected else "[ ] ") if state.is_many else ""
    style = "class:pointed" if is_pointed else ""
    return [(style, f" {'>' if is_pointed else ' '} {box}{state.titles[entry]}")]


def keys_of(state: Choosing) -> KeyBindings:
    keys = keys_for_typing(state)

    @keys.add("enter")
    def _(event: Any) -> None:
        if state.enter():
            event.app.exit(result=sorted(state.selected))

    for key, rows in (("up", -1), ("c-p", -1), ("down", 1), ("c-n", 1)):
        keys.add(key)(lambda event, rows=rows: state.move(rows))
    return keys


def keys_for_typing(state: Choosing) -> KeyBindings:
    keys = KeyBindings()

    @keys.add(Keys.Any)
    def _(event: Any) -> None:
        if event.data.isprintable():
            state.type(event.data)

    @keys.add(Keys.BracketedPaste)
    def _(event: Any) -> None:
        state.type(event.data.strip())

    @keys.add(" ")
    def _(event: Any) -> None:
        state.toggle() if state.is_many else state.type(" ")

    @keys.add("backspace")
    def _(event: Any) -> None:
        state.erase()

    @keys.add("c-u")
    def _(event: Any) -> None:
        state.filter_by("")

    return keys


def rows_of_screen() -> int:
    return max(3, min(MOST_ROWS, get_app().output.get_size().rows - LINES_BESIDE))


def choose(
    message: str,
    titles: Sequence[str],
    pointed: int = 0,
    selected: Collection[int] | None = None,
    least: int = 0,
    keys: KeyBindingsBase | None = None,
) -> list[int]:
    """The entries that the person chooses: one, or any number where `selected` says which are selected at first."""
    state = Choosing(message, titles, selected is not None, least, pointed, selected=set(selected or ()))
    return application(state, keys).run()


def application(state: Choosing, keys: KeyBindingsBase | None = None) -> "Application[list[int]]":
    control = FormattedTextControl(lambda: shown(state, rows_of_screen()), show_cursor=False, focusable=True)
    bindings = merge_key_bindings([keys_of(state), *([keys] if keys else [])])
    return Application(Layout(Window(control, wrap_lines=True)), key_bindings=bindings, style=STYLE)
