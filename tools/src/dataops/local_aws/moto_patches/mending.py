"""Puts parts of ours into moto; a moto that has moved, or has learnt, what we mend says so at the start."""

from collections.abc import Callable
from typing import Any


def replace(owner: Any, name: str, make: Callable[[Any], Any]) -> None:
    """Put what `make` builds from moto's own part in that part's place."""
    if not hasattr(owner, name):
        raise RuntimeError(f"This moto has no {owner.__name__}.{name} any more: look at local_aws/moto_patches.")
    setattr(owner, name, make(getattr(owner, name)))


def add(owner: Any, name: str, part: Any) -> None:
    """Add what moto lacks."""
    if hasattr(owner, name):
        raise RuntimeError(f"This moto has {owner.__name__}.{name} itself: take ours out of local_aws/moto_patches.")
    setattr(owner, name, part)
