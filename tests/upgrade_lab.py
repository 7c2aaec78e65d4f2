"""Templates in repositories of their own, with versions made by changing them, and projects that teams change."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from benches.template import ROOT, copy_of_the_template

FOLDER = "{{cookiecutter.project_slug}}"
PERSON = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_AUTHOR_NAME": "A Team",
    "GIT_AUTHOR_EMAIL": "team@example.com",
    "GIT_COMMITTER_NAME": "A Team",
    "GIT_COMMITTER_EMAIL": "team@example.com",
}
# The interplay of answers, hooks, record and updater is this template's own; of the project a few files stand for all.
OF_THE_SMALL_PROJECT = (
    *("project.yaml", "README.md", "pyproject.toml", "project.schema.json", "upgrade.py", ".gitignore"),
    "{{first_environment()}}",
)
SAMPLES = "src/dataops/acceptance/samples"
OF_THE_TOOLS = (
    *("pyproject.toml", "README.md", "src/dataops/*.py", SAMPLES),
    *(f"src/dataops/{room}" for room in ("diagram", "inference", "project", "report", "validation")),
)
Content = str | bytes | None


def run(folder: Path, *words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder, whatever its outcome."""
    return subprocess.run(
        [str(word) for word in words],
        cwd=folder,
        env={**os.environ, **PERSON, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


class Repository:
    """A folder under git."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def git(self, *words: str) -> str:
        """What git answers; it must succeed."""
        done = run(self.folder, "git", *words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.rstrip("\n")

    def write(self, files: Mapping[str, Content]) -> None:
        """Write files, each with its folders; None removes one, or a folder."""
        for name, content in files.items():
            path = self.folder / name
            if content is None:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    def replace(self, name: str, old: str, new: str) -> None:
        """Replace a text that stands in a file."""
        path = self.folder / name
        text = path.read_bytes().decode()
        assert old in text, f"{old!r} does not stand in {name}"
        path.write_bytes(text.replace(old, new).encode())

    def commit(self, message: str = "Work") -> None:
        """Commit everything."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)

    def read(self, name: str) -> str:
        """The text of a file, byte for byte."""
        return (self.folder / name).read_bytes().decode()

    def has(self, name: str) -> bool:
        return os.path.lexists(self.folder / name)

    def status(self) -> list[str]:
        """What `git status` lists, untracked files too."""
        return self.git("status", "--porcelain", "--untracked-files=all").splitlines()


class Template(Repository):
    """A template of which versions are made."""

    @property
    def address(self) -> str:
        return self.folder.as_uri()

    def release(self, tag: str, files: Mapping[str, Content] | None = None) -> None:
        """Make a version of what has been changed, and of these files of the project."""
        self.write({f"{FOLDER}/{name}": content for name, content in (files or {}).items()})
        self.commit(f"Version {tag}")
        self.git("tag", tag)

    def replace_in_project(self, name: str, old: str, new: str) -> None:
        """Replace a text in a file of the project."""
        self.replace(f"{FOLDER}/{name}", old, new)

    def generate(self, output: Path, *words: str) -> "Project":
        """A project from the working copy's version, committed as a team would."""
        home = output / "home"
        home.mkdir(parents=True)
        cookiecutter = Path(sys.executable).with_name("cookiecutter")
        done = run(output, cookiecutter, self.address, "--no-input", *words, HOME=str(home), TMPDIR=str(home))
        assert done.returncode == 0, done.stdout + done.stderr
        shutil.rmtree(home)
        return committed(next(output.iterdir()), self)


class Project(Repository):
    """A project that came from a template."""

    def __init__(self, folder: Path, template: Template) -> None:
        super().__init__(folder)
        self.template = template

    def upgrade(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the project's upgrade.py from the template that stands beside it."""
        return run(
            self.folder, sys.executable, "upgrade.py", "--template", self.template.address, *words, **environment
        )

    def stages(self) -> dict[str, tuple[int, ...]]:
        """The conflicts in the index: for each path the versions that git keeps of it."""
        found: dict[str, tuple[int, ...]] = {}
        for entry in filter(None, self.git("ls-files", "--unmerged", "-z").split("\0")):
            facts, _, path = entry.partition("\t")
            found[path] = (*found.get(path, ()), int(facts.split()[2]))
        return found


def committed(folder: Path, template: Template) -> Project:
    """A generated folder as a team's repository with one commit."""
    project = Project(folder, template)
    project.git("init", "--quiet", "--initial-branch", "main")
    project.commit("Start")
    return project


def small_template(folder: Path, files: Mapping[str, Content]) -> Template:
    """This template with a few files for a project, and more of one's own, as version 1.0.0."""
    whole = copy_of_the_template(folder.with_name("whole"))
    template = Template(folder)
    for name in ("answers", "hooks", "upgrade", "cookiecutter.json", "CHANGELOG.md"):
        copied = shutil.copytree if (whole / name).is_dir() else shutil.copy2
        folder.mkdir(exist_ok=True)
        copied(whole / name, folder / name)
    in_project = [path for pattern in OF_THE_SMALL_PROJECT for path in (whole / FOLDER).glob(pattern)]
    for source in [*in_project, *(path for pattern in OF_THE_TOOLS for path in (whole / "tools").glob(pattern))]:
        target = folder / source.relative_to(whole)
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy2)(source, target)
    template.git("init", "--quiet", "--initial-branch", "main")
    template.release("1.0.0", files)
    return template


def whole_template(folder: Path, tag: str) -> Template:
    """This template as it is, as one version."""
    template = Template(copy_of_the_template(folder))
    template.git("init", "--quiet", "--initial-branch", "main")
    template.release(tag)
    return template


def template_since_its_last_release(folder: Path) -> Template:
    """This template: 1.0.0 is its last release, or the working copy where git knows of none, and 2.0.0 the latter."""
    template = whole_template(folder, "work-in-progress")
    released = run(ROOT, "git", "describe", "--tags", "--abbrev=0", "--match", "[0-9]*").stdout.strip()
    if released:
        template.git("rm", "-r", "--quiet", ".")
        run(ROOT, "git", "archive", f"--output={folder}.tar", released)
        run(folder, "tar", "-xf", f"{folder}.tar")
    template.release("1.0.0")
    template.git("rm", "-r", "--quiet", ".")
    copy_of_the_template(folder)
    template.release("2.0.0")
    return template


def copied(template: Template, project: Project, folder: Path) -> tuple[Template, Project]:
    """A template and its project in another folder, for one test to change."""
    mine = Template(shutil.copytree(template.folder, folder / "template.git", symlinks=True))
    return mine, Project(shutil.copytree(project.folder, folder / "acme-sales", symlinks=True), mine)
