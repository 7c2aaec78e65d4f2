"""Patches moto. Fails at startup if moto renamed or now implements what is patched."""

from collections.abc import Callable
from typing import Any


def replace(owner: Any, name: str, make: Callable[[Any], Any]) -> None:
    """Replace a part of moto by what `make` builds from it."""
    if not hasattr(owner, name):
        raise RuntimeError(f"moto no longer has {owner.__name__}.{name}: see local_aws/moto_patches.")
    setattr(owner, name, make(getattr(owner, name)))


def add(owner: Any, name: str, part: Any) -> None:
    """Add what moto lacks."""
    if hasattr(owner, name):
        raise RuntimeError(f"moto now has its own {owner.__name__}.{name}: remove ours from local_aws/moto_patches.")
    setattr(owner, name, part)
