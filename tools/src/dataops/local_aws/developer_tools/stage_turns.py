"""Who is in which stage: one execution at a time, in the order in which they have come, as in the mode QUEUED."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition


class StageTurns:
    """The queue before each stage of each pipeline; its first one is inside."""

    def __init__(self) -> None:
        self.queues: dict[tuple[str, str], deque[str]] = defaultdict(deque)
        self.changed = Condition()

    @contextmanager
    def turn(self, pipeline: str, stage: str, execution: str, gives_up: Callable[[], bool]) -> Iterator[bool]:
        """Wait until an execution may enter a stage; whether it has, or has given up while it waited."""
        queue = self.queues[pipeline, stage]
        with self.changed:
            queue.append(execution)
            while queue[0] != execution and not gives_up():
                self.changed.wait(0.2)
        try:
            yield queue[0] == execution
        finally:
            with self.changed:
                queue.remove(execution)
                self.changed.notify_all()
