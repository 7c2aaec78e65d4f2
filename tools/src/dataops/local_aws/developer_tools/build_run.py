"""One build: the phases of its buildspec, executed in a clean shell with CodeBuild's variables."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from dataops.local_aws.developer_tools.artifact import chosen, packed
from dataops.local_aws.developer_tools.build_shell import BuildShell
from dataops.local_aws.developer_tools.buildspec import PHASES, Buildspec, BuildspecError, Phase, read
from dataops.local_aws.developer_tools.clock import now


@dataclass
class BuildPhase:
    """The state of one phase of a build."""

    name: str
    began: float
    ended: float = 0
    status: str = ""
    reason: str = ""


@dataclass
class BuildRun:
    """The execution of one build: its source folder, the parts of the machine that it sees, and its result."""

    folder: Path
    source: Path
    environment: dict[str, str]
    buildspec: str
    seconds: float
    phases: list[BuildPhase] = field(default_factory=list)
    exported: list[dict[str, str]] = field(default_factory=list)
    status: str = "IN_PROGRESS"
    artifact: bytes | None = None
    shell: BuildShell | None = None
    stopped: bool = False
    # The environment with which git reaches the cloned repository, if a build uses CodeBuild's credential helper.
    git_credentials: dict[str, str] = field(default_factory=dict)

    @property
    def log(self) -> Path:
        """The output of all commands."""
        return self.folder / "log.txt"

    def run(self) -> None:
        """Run to the end; `status` is then the result."""
        deadline = time.monotonic() + self.seconds
        try:
            spec = read(self._text())
            self.shell = self._started(spec)
            succeeding = self._all_phases(spec, self.shell, deadline)
            succeeding = self._upload(spec) and succeeding
            self.exported = [
                {"name": name, "value": self.shell.environment[name]}
                for name in spec.exported
                if name in self.shell.environment
            ]
        except BuildspecError as error:
            self._said(f"YAML_FILE_ERROR: {error}")
            succeeding = self._failed("DOWNLOAD_SOURCE", f"YAML_FILE_ERROR: {error}")
        finally:
            self.end()
        if self.status == "IN_PROGRESS":
            self.status = "STOPPED" if self.stopped else "SUCCEEDED" if succeeding else "FAILED"

    def end(self) -> None:
        """Stop every process of the build."""
        if self.shell:
            self.shell.end()

    def forget(self) -> None:
        """Delete the build's files on this machine, except its log."""
        for path in self.folder.iterdir():
            if path != self.log:
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    def _text(self) -> str:
        if "\n" in self.buildspec:
            return self.buildspec
        path = self.source / (self.buildspec or "buildspec.yml")
        if not path.is_file():
            raise BuildspecError(f"the source holds no {path.name}: {self.buildspec or 'buildspec.yml'}")
        return path.read_text(encoding="utf-8")

    def _started(self, spec: Buildspec) -> BuildShell:
        scratch = self.folder / "scratch"
        scratch.mkdir(parents=True)
        known = spec.variables | self.environment | (self.git_credentials if spec.has_git_credentials else {})
        return BuildShell(spec.shell, self.source, scratch, known, self.log)

    def _all_phases(self, spec: Buildspec, shell: BuildShell, deadline: float) -> bool:
        """Run all phases: a failing install or pre_build ends the build; post_build also runs after a failing build."""
        succeeding = True
        for name in [name for name in PHASES if name in spec.phases]:
            shell.run(f"export CODEBUILD_BUILD_SUCCEEDING={int(succeeding)}", deadline - time.monotonic())
            with self._phase(name.upper()) as phase:
                reason = self._commands(spec.phases[name], shell, deadline)
                phase.status, phase.reason = ("FAILED", reason) if reason else ("SUCCEEDED", "")
            if reason and not spec.phases[name].goes_on:
                succeeding = False
                if name in ("install", "pre_build"):
                    break
            if self.stopped or self.status == "TIMED_OUT":
                return False
        return succeeding

    def _commands(self, phase: Phase, shell: BuildShell, deadline: float) -> str:
        """Run the commands of a phase; the reason of a failure, or an empty text."""
        failures = (self._command(command, shell, deadline) for command in phase.commands)
        reason = next((failure for failure in failures if failure), "")
        cleanup = [self._command(command, shell, deadline) for command in phase.cleanup]
        return next((failure for failure in (reason, *cleanup) if failure), "")

    def _command(self, command: str, shell: BuildShell, deadline: float) -> str:
        """Run a command; the reason of a failure, or an empty text."""
        if self.stopped or self.status == "TIMED_OUT":
            return "the build has ended"
        self._said(f"Running command {command}")
        code = shell.run(command, deadline - time.monotonic())
        if code is None:
            self.status = "TIMED_OUT"
            return f"BUILD_TIMED_OUT: the build has timed out after {self.seconds / 60:.0f} minutes"
        if code == 0:
            return ""
        self._said(f"Command did not exit successfully {command} exit status {code}")
        first = command.strip().splitlines()[0]
        return f"COMMAND_EXECUTION_ERROR: Error while executing command: {first}. Reason: exit status {code}"

    def _upload(self, spec: Buildspec) -> bool:
        """Upload the artifacts; CodeBuild tries this after a failure too."""
        if spec.artifacts is None:
            return True
        with self._phase("UPLOAD_ARTIFACTS") as phase:
            try:
                self.artifact = packed(chosen(self.source, spec.artifacts))
                phase.status = "SUCCEEDED"
            except FileNotFoundError as error:
                phase.status, phase.reason = "FAILED", f"CLIENT_ERROR: {error}"
                self._said(phase.reason)
        return phase.status == "SUCCEEDED"

    @contextmanager
    def _phase(self, name: str) -> Iterator[BuildPhase]:
        phase = BuildPhase(name, now())
        self.phases.append(phase)
        self._said(f"Entering phase {name}")
        yield phase
        phase.ended = now()
        self._said(f"Phase complete: {name} State: {phase.status}")

    def _failed(self, name: str, reason: str) -> bool:
        self.phases.append(BuildPhase(name, now(), now(), "FAILED", reason))
        return False

    def _said(self, text: str) -> None:
        moment = time.strftime("%Y/%m/%d %H:%M:%S", time.gmtime())
        with self.log.open("a", encoding="utf-8") as written:
            written.writelines(f"[Container] {moment} {line}\n" for line in text.splitlines())
