"""Terraform in one environment's folder, as the pipeline runs it: saved plans, and the state that they are for."""

import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dataops.delivery.refusal import Refusal, TerraformRefusal
from dataops.project.terraform import LOCK, environments, mirror_settings, terraform_command

# A plan waits for an apply that is in progress instead of failing.
PATIENCE = "-lock-timeout=10m"
QUIET = ("-input=false", "-no-color")


@dataclass(frozen=True)
class State:
    """The identity of a state: its lineage, and the serial that counts its changes. Both are empty without a state."""

    lineage: str = ""
    serial: int = 0


class Terraform:
    """Terraform for one environment, with the given credentials or those of the process."""

    def __init__(self, project: Path, environment: str, credentials: dict[str, str] | None = None) -> None:
        self.environment, self.folder = environment, project / environment
        if environment not in environments(project):
            known = ", ".join(environments(project))
            raise Refusal(f"There is no environment {environment}: this project has {known}.")
        workspace = project / ".delivery" / environment
        workspace.mkdir(parents=True, exist_ok=True)
        own = {"TF_DATA_DIR": str(workspace / "data"), "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}
        self.variables = {**os.environ, **own, **mirror_settings(workspace), **(credentials or {})}
        self.command = terraform_command()

    @property
    def lock_file(self) -> Path:
        """The providers with their checksums, as they are committed."""
        return self.folder / LOCK

    def init(self) -> bool:
        """Connect to the state and install the locked providers; return whether there was no lock file."""
        locked = self.lock_file.exists()
        self._aloud("init", *QUIET, "-reconfigure", *(["-lockfile=readonly"] if locked else []))
        return not locked and self.lock_file.exists()

    def plan(self, saved: Path, *options: str) -> bool:
        """Save a plan; return whether it changes anything."""
        return self._aloud("plan", *QUIET, "-detailed-exitcode", f"-out={saved}", *options, fine=(0, 2)) == 2

    def shown(self, saved: Path) -> dict[str, Any]:
        """Return a saved plan as data."""
        found: dict[str, Any] = json.loads(self._answer("show", "-json", str(saved)))
        return found

    def state(self) -> State:
        """Return the present state."""
        text = self._answer("state", "pull")
        if not text.strip():
            return State()
        found = json.loads(text)
        return State(found["lineage"], found["serial"])

    def apply(self, saved: Path) -> None:
        """Apply the saved plan, and nothing else."""
        self._aloud("apply", *QUIET, PATIENCE, str(saved))

    def _aloud(self, verb: str, *options: str, fine: tuple[int, ...] = (0,)) -> int:
        """Run a command whose output belongs in the log."""
        output = []
        with self._started(verb, *options, stderr=subprocess.STDOUT) as process:
            assert process.stdout
            for line in process.stdout:
                output.append(line)
                print(line, end="", flush=True)
        if process.returncode not in fine:
            self._refuse(verb, "".join(output))
        return process.returncode

    def _answer(self, *words: str) -> str:
        """Run a command whose output is data."""
        with self._started(*words, stderr=subprocess.PIPE) as process:
            answer, complaint = process.communicate()
        if process.returncode:
            print(complaint)
            self._refuse(words[0], complaint)
        return answer

    def _started(self, *words: str, stderr: int) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [*self.command, *words],
            cwd=self.folder,
            env=self.variables,
            text=True,
            encoding="utf-8",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
        )

    def _refuse(self, verb: str, output: str) -> None:
        error = re.search(r"Error: (.+)", output)
        why = error[1].strip().rstrip(".") if error else "it gives no reason"
        so_far = " What was done stays done, and is in the state." if verb == "apply" else ""
        sentence = f"Terraform cannot {verb} {self.environment}: {why}.{so_far} The build's log has the rest."
        raise TerraformRefusal(sentence, output)
