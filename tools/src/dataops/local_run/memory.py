"""Measures how much memory the platform and Terraform take together with everything that they started."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

EVERY_SECONDS = 1.0


class PeakMemory:
    """The highest sums that were seen, in megabytes: `platform` and `terraform`."""

    def __init__(self) -> None:
        self.peak: dict[str, float] = {}

    @contextmanager
    def of(self, process: int) -> Iterator[None]:
        """Watch the platform's process and its children while the block lasts."""
        ended = Event()
        watcher = Thread(target=self._watch, args=(process, ended), daemon=True)
        watcher.start()
        try:
            yield
        finally:
            ended.set()
            watcher.join()

    def _watch(self, process: int, ended: Event) -> None:
        while not ended.is_set():
            began = time.monotonic()
            for name, megabytes in sums(_processes(), process, os.getpid()).items():
                self.peak[name] = max(self.peak.get(name, 0), round(megabytes))
            ended.wait(max(EVERY_SECONDS - (time.monotonic() - began), 0))


def _processes() -> list[tuple[int, int, int, str]]:
    """(process, its parent, kilobytes resident, command) of all processes."""
    try:
        shown = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,rss=,comm="], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return []
    lines = [line.split(None, 3) for line in shown.stdout.splitlines()]
    return [(int(line[0]), int(line[1]), int(line[2]), line[3]) for line in lines if len(line) == 4]


def sums(processes: list[tuple[int, int, int, str]], platform: int, command: int) -> dict[str, float]:
    """Megabytes of the platform with all that it started, and of Terraform: what else this command started."""
    if not processes:
        return {}
    served = _family(processes, platform)
    started = _family(processes, command) - served - {command}
    return {
        "platform": sum(size for pid, _, size, _ in processes if pid in served) / 1024,
        "terraform": sum(size for pid, _, size, name in processes if pid in started and name != "ps") / 1024,
    }


def _family(processes: list[tuple[int, int, int, str]], first: int) -> set[int]:
    family = {first}
    while more := {pid for pid, parent, _, _ in processes if parent in family} - family:
        family |= more
    return family
