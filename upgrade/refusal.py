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
    is_refused = isinstance(error, RefusedError)
    outcome = "Nothing was changed." if is_refused else "`git status` shows whether the project changed."
    if FULL_DISK.search(str(error)):
        return (
            f"The disk of {tempfile.gettempdir()} or of the project is full: free space there, or set TMPDIR to a "
            f"folder on another disk. {outcome}"
        )
    if is_refused:
        return str(error)
    report = "Please report this to the template's maintainers."
    return f"The updater failed: {type(error).__name__}: {error}. {outcome} {report}"
