"""The updater's command line, which a project's upgrade.py runs in a clone with the wanted version checked out.

Projects of every age call it: options may be added, never removed.
"""

import argparse
import signal
import sys
from pathlib import Path

from upgrade.adding import add_dataset
from upgrade.adopting import adopt
from upgrade.git import require
from upgrade.project import Project, project_in
from upgrade.refusal import RefusedError, StoppedError, sentence_for
from upgrade.upgrading import Order, upgrade

REFUSED = 2


def main() -> int:
    """Return exit code 0: clean, 1: conflicts or a merged project.yaml to correct, 2: refused."""
    given = arguments()
    if hasattr(signal, "SIGPIPE"):
        # A person who reads only the first lines of a preview closes the pipe.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        if given.dataset:
            return add_dataset(Project(given.project, ""), given.dataset)
        require()
        project = project_in(given.project)
        if given.adopt:
            return adopt(project, Path.cwd(), given.template, given.to)
        order = Order(given.template, given.to, given.preview, given.branch)
        return upgrade(project, Path.cwd(), order, take_default if given.preview or not sys.stdin.isatty() else ask)
    except StoppedError as why:
        print(why, file=sys.stderr)
    except KeyboardInterrupt:
        # The project's upgrade.py, which started this, receives it too and prints the sentence.
        pass
    except Exception as error:
        # Exit code 1 means conflicts: no error may end with it.
        print(sentence_for(error), file=sys.stderr)
    return REFUSED


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="upgrade", description=__doc__)
    parser.add_argument("--project", type=Path, required=True, help="the project's folder")
    parser.add_argument("--template", required=True, help="the template's address, for the record")
    parser.add_argument("--to", help="the version as the person named it")
    parser.add_argument("--preview", action="store_true")
    parser.add_argument("--branch")
    parser.add_argument("--sync", action="store_true", help="the recorded version is checked out")
    parser.add_argument("--adopt", action="store_true")
    parser.add_argument("--dataset", type=Path, help="the file of a new dataset")
    return parser.parse_args()


def ask(sentence: str, name: str, default: str) -> str:
    """Ask a person; an empty answer is the default."""
    try:
        return input(f"{sentence}\n{name} [{default}]: ").strip() or default
    except EOFError:
        raise RefusedError("\nStopped: nothing was changed.") from None


def take_default(sentence: str, name: str, default: str) -> str:
    """Return the default, because nobody can be asked."""
    return default
