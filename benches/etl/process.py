"""Measures one process and its children: wall time, CPU time, memory of the largest. Linux only."""

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
INTERVAL = 0.1


@dataclass(frozen=True)
class Cost:
    """Seconds and megabytes of one process tree."""

    wall: float
    cpu: float
    peak_mb: float


def cost_of(command: list[str], environment: dict[str, str] | None = None) -> tuple[Cost, str]:
    """Run a command to its end; returns its cost and what it printed."""
    started, peak = time.perf_counter(), 0.0
    cpu: dict[int, float] = {}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as running:
        while running.poll() is None:
            tree = _tree(running.pid)
            cpu |= {pid: seconds for pid, (seconds, _) in tree.items()}
            # The largest process, not the sum: a JVM that forks seems to hold its memory twice for a moment.
            peak = max(peak, *(memory for _, memory in tree.values()), 0.0)
            time.sleep(INTERVAL)
        wall = time.perf_counter() - started
        printed = running.stdout.read() if running.stdout else ""
    if running.returncode:
        raise RuntimeError(f"{' '.join(command[:4])} … ended with {running.returncode}: {printed}")
    return Cost(wall, sum(cpu.values()), peak), printed


def _tree(root: int) -> dict[int, tuple[float, float]]:
    """CPU seconds and resident megabytes of a process and all below it."""
    parents: dict[int, int] = {}
    figures: dict[int, tuple[float, float]] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(entry.name)] = int(fields[1])
        memory = int(fields[21]) * os.sysconf("SC_PAGE_SIZE") / 1e6
        figures[int(entry.name)] = (int(fields[11]) + int(fields[12])) / TICKS, memory
    return {pid: figure for pid, figure in figures.items() if _descends(pid, root, parents)}


def _descends(pid: int, root: int, parents: dict[int, int]) -> bool:
    while pid and pid != root:
        pid = parents.get(pid, 0)
    return pid == root
