"""The shell of a build: all commands run one after the other in the same shell, as in CodeBuild."""

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
    """Runs commands; variables, functions and the folder carry over from one to the next."""

    def __init__(self, shell: str, folder: Path, scratch: Path, environment: dict[str, str], log: Path) -> None:
        self.shell, self.folder, self.scratch, self.log = shutil.which(shell) or shell, folder, scratch, log
        self.environment, self.count = environment, 0
        self.process: subprocess.Popen[bytes] | None = None

    def run(self, command: str, seconds: float) -> int | None:
        """The exit code of a command; None if it exceeded the remaining time of the build."""
        self.count += 1
        script = self.scratch / f"command-{self.count}"
        script.write_text(command + "\n", encoding="utf-8")
        process = self._begun()
        late = Signal()
        timer = Timer(max(seconds, 0), self._end_late, [late])
        timer.start()
        report = _reported(process, RUN.format(command=script, log=self.log))
        timer.cancel()
        if late.is_set():
            return None
        if report is None:
            # The command ended the shell: its variables are lost, and the next one starts in the last known folder.
            self.end()
            return process.returncode
        self.folder = Path(report[1])
        self.environment = dict(entry.split("=", 1) for entry in report[2:] if "=" in entry)
        return int(report[0])

    def end(self) -> None:
        """End the shell and all its child processes."""
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
    """The shell's report on a line; None if it ended without a report."""
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
