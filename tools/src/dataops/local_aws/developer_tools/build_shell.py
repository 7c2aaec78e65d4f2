"""The shell of a build: one command after the other in the same one, as CodeBuild runs them."""

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from threading import Event as Signal
from threading import Timer

# A command writes into the log; then the shell reports the exit code, its folder and its variables.
RUN = """. '{command}' </dev/null >>'{log}' 2>&1
_code=$?; printf '%s\\0' "$_code" "$PWD"; env -0; printf '\\0'
"""
END_OF_REPORT = b"\0\0"


class BuildShell:
    """Runs commands; variables, functions and the folder stay from one to the next."""

    def __init__(self, shell: str, folder: Path, scratch: Path, environment: dict[str, str], log: Path) -> None:
        self.shell, self.folder, self.scratch, self.log = shutil.which(shell) or shell, folder, scratch, log
        self.environment, self.count = environment, 0
        self.process: subprocess.Popen[bytes] | None = None

    def run(self, command: str, seconds: float) -> int | None:
        """The exit code of a command; None when it took longer than the build still has."""
        self.count += 1
        place = self.scratch / f"command-{self.count}"
        place.write_text(command + "\n", encoding="utf-8")
        process = self._begun()
        late = Signal()
        timer = Timer(max(seconds, 0), self._end_late, [late])
        timer.start()
        report = _reported(process, RUN.format(command=place, log=self.log))
        timer.cancel()
        if late.is_set():
            return None
        if report is None:
            # The command has ended the shell: what it has set is gone, the next one begins where the last one ended.
            self.end()
            return process.returncode
        self.folder = Path(report[1])
        self.environment = dict(entry.split("=", 1) for entry in report[2:] if "=" in entry)
        return int(report[0])

    def end(self) -> None:
        """End the shell and everything that it has started."""
        if self.process:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def _end_late(self, late: Signal) -> None:
        late.set()
        self.end()

    def _begun(self) -> "subprocess.Popen[bytes]":
        if self.process is None or self.process.poll() is not None:
            self.process = subprocess.Popen(
                [self.shell],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,
            )
        return self.process


def _reported(process: "subprocess.Popen[bytes]", line: str) -> list[str] | None:
    """What the shell reports of a line; None when it has ended without a report."""
    assert process.stdin and process.stdout
    with suppress(BrokenPipeError):
        process.stdin.write(line.encode())
        process.stdin.flush()
    read = b""
    while not read.endswith(END_OF_REPORT):
        more = os.read(process.stdout.fileno(), 65536)
        if not more:
            return None
        read += more
    return read.removesuffix(END_OF_REPORT).decode(errors="replace").split("\0")
