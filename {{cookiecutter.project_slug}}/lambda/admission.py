"""Which uploads are data, and which of those can never be read."""

from upload_event import Upload

# A gzip file cannot be split: one worker reads all of it, so this bounds how long a run takes.
LARGEST_GZIP = 2 * 1024**3
NOT_DATA = ("_SUCCESS", "_committed_", "_started_", "_metadata", "_common_metadata")


def is_no_data(key: str) -> bool:
    """Whether a key is a folder marker or what Spark and Hadoop leave beside their data."""
    *folders, name = key.split("/")
    return (
        not name
        or name.startswith(NOT_DATA)
        or name.endswith((".crc", "_$folder$"))
        or any(folder.startswith("_temporary") for folder in folders)
    )


def refusal(upload: Upload) -> str | None:
    """Why a file can never be read, or None."""
    if ":" in upload.key:
        return "unreadable-name"
    if upload.key.lower().endswith((".gz", ".gzip")) and upload.size > LARGEST_GZIP:
        return "too-large"
    return None
