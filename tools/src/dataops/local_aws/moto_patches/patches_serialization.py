"""Spares moto a search: it looks for the names of an attribute again for each value that it writes into a response.

This changes no response. If moto has renamed what is wrapped here, nothing is wrapped, and moto is as slow as it was.
"""

import sys
from collections.abc import Callable, Iterable
from typing import Any

NAMES, SEARCH, PICK = "_dataops_possible_names", "get_possible_keys", "get_value"
Search = Callable[[Any, Any], Iterable[str]]
Pick = Callable[..., Any]


def patch_moto() -> None:
    """Let moto search once for the names under which objects of a class may hold a member of a shape."""
    from moto.core import serialize

    picker, providers = (
        getattr(serialize, each, None) for each in ("XFormedAttributePicker", "DEFAULT_ALIAS_PROVIDERS")
    )
    search = getattr(picker, SEARCH, None)
    if search and providers and not hasattr(search, "of_moto"):
        setattr(picker, SEARCH, remembering(search, providers))
    serializer = getattr(serialize, "ResponseSerializer", None)
    pick = getattr(serializer, PICK, None)
    if pick and search and providers and not hasattr(pick, "of_moto"):
        setattr(serializer, PICK, picking(pick, picker, providers))


def remembering(search: Search, providers: object) -> Search:
    """Return the search with a memory: its result depends on the shape and its parent, the name and the class only."""

    def possible_names(picker: Any, context: Any) -> Iterable[str]:
        shape = context.shape
        if shape is None or picker.alias_providers is not providers:
            return search(picker, context)
        # The memory ends with the shape.
        known = vars(shape).setdefault(NAMES, {})
        asked = type(context.obj), context.key, getattr(shape, "parent", None)
        if asked not in known:
            known[asked] = tuple(dict.fromkeys(search(picker, context)))
        found: tuple[str, ...] = known[asked]
        return found

    possible_names.of_moto = search  # type: ignore[attr-defined]
    return possible_names


def picking(pick: Pick, kind: object, providers: object) -> Pick:
    """Return moto's way to a member's value, shorter where it is in a plain dict and its names are remembered."""

    def value_of(serializer: Any, value: Any, key: str, shape: Any) -> Any:
        picker: Any = getattr(serializer, "_value_picker", None)
        is_plain = type(value) is dict and type(picker) is kind and not picker.response_transformers
        if is_plain and shape is not None and picker.alias_providers is providers:
            names = vars(shape).get(NAMES, {}).get((dict, key, getattr(shape, "parent", None)))
            if names and not any("." in name for name in names):
                return next((value[name] for name in names if name in value), None)
        return pick(serializer, value, key, shape)

    value_of.of_moto = pick  # type: ignore[attr-defined]
    return value_of


def pytest_collection_finish() -> None:
    """Speed up the moto of tests: `dataops test` names this module to pytest as a plugin."""
    if "moto" in sys.modules:
        patch_moto()
