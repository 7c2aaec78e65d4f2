"""The errors that end an upgrade."""

import re
import tempfile

# As the operating system and git say it.
FULL_DISK = re.compile("No space left|Out of diskspace|quota exceeded", re.IGNORECASE)


class RefusedError(Exception):
    """One sentence for the person at the keyboard: the obstacle, and what to do. Nothing was changed."""


class StoppedError(Exception):
    """git was ended while it wrote the project's files; the message says how to go back."""


def sentence_for(error: Exception) -> str:
    """What the person reads of an error that ends an upgrade."""
    if FULL_DISK.search(str(error)):
        return (
            f"The disk of {tempfile.gettempdir()} or of the project is full: free space there, or set TMPDIR to a "
            "folder on another disk. Nothing was changed."
        )
    if isinstance(error, RefusedError):
        return str(error)
    return (
        f"The updater failed: {type(error).__name__}: {error}. `git status` shows whether the project changed; "
        "please report this to the template's maintainers."
    )
