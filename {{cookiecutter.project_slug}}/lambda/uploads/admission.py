"""Which uploads are data, and which of those can never be read."""

import re

from uploads.upload_event import Upload

# A gzip file cannot be split: one worker reads all of it, so this bounds how long a run takes.
LARGEST_GZIP = 2 * 1024**3
# Names of markers as a whole: a file that is only called alike is somebody's data.
MARKER = re.compile(r"_SUCCESS|_started_\d+|_committed_(vacuum)?\d+|_(common_)?metadata")


def is_no_data(key: str) -> bool:
    """Whether a key is a folder marker or what Spark and Hadoop leave beside their data."""
    *folders, name = key.split("/")
    is_marker = name.endswith((".crc", "_$folder$")) or MARKER.fullmatch(name) is not None
    return not name or is_marker or "_temporary" in folders


def refusal(upload: Upload) -> str | None:
    """Why a file can never be read, or None."""
    if ":" in upload.key:
        return "unreadable-name"
    if upload.key.lower().endswith((".gz", ".gzip")) and upload.size > LARGEST_GZIP:
        return "too-large"
    return None
