"""Inserts a dataset into the text of project.yaml: comments, order, quotes and line ends of the rest stay."""

from typing import Any

import yaml
from dataops.inference.dataset import lines_of

from upgrade.project import SETTINGS
from upgrade.refusal import RefusedError

IN_ONE_LINE = (
    f"{SETTINGS}: `datasets` is written in one line, in braces. Write each dataset on lines of its own, then try again."
)


def with_dataset(text: str, name: str, entry: dict[str, Any]) -> str:
    """Return the text with an entry after the last dataset."""
    datasets = datasets_in(text)
    indent = " " * datasets.value[0][0].start_mark.column
    end = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines(keepends=True)
    position = last_line(datasets) + 1
    if not lines[position - 1].endswith("\n"):
        lines[position - 1] += end
    # lines_of begins the name of a dataset after two spaces.
    added = [f"{indent}{line[2:]}{end}" for line in lines_of(name, entry)]
    changed = "".join([*lines[:position], *added, *lines[position:]])
    refuse_another_change(text, changed, name, entry)
    return changed


def datasets_in(text: str) -> yaml.MappingNode:
    """Return the node of the datasets, which has a block of lines."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    found = next((value for key, value in pairs if key.value == "datasets"), None)
    if not isinstance(found, yaml.MappingNode) or found.flow_style or not found.value:
        raise RefusedError(IN_ONE_LINE)
    return found


def last_line(node: yaml.Node) -> int:
    """Return the number of the last line that a node has, counted from 0; comments below it do not belong to it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return last_line(last[-1] if isinstance(last, tuple) else last)
    # A block of text ends where the next line begins.
    return node.end_mark.line - (node.end_mark.column == 0)


def refuse_another_change(before: str, after: str, name: str, entry: dict[str, Any]) -> None:
    """End the command if the new text says anything else than the old one with the entry."""
    settings = yaml.safe_load(before)
    expected = {**settings, "datasets": {**settings["datasets"], name: entry}}
    try:
        is_expected = yaml.safe_load(after) == expected
    except yaml.YAMLError:
        is_expected = False
    if not is_expected:
        raise RefusedError(
            f"{SETTINGS} has a form into which no dataset can be inserted. Nothing was changed; make try FILE=name "
            "prints the lines to add."
        )
