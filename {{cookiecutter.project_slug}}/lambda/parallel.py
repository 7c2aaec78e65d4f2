"""Does one thing to many rows at once."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

THREADS = 16


def each(act: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
    """The results in the order of the items; the first error passes through when all have been tried."""
    with ThreadPoolExecutor(THREADS) as pool:
        # Not pool.map: at the first error it drops what has not begun.
        tried = [pool.submit(act, item) for item in items]
    return [each_try.result() for each_try in tried]
