"""The errors that end a run, or leave out one file, with a sentence; and what the report may say of any other error.

Of an unexpected error it has the class and never the text, which may quote values of rows.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import Any

# What fails for want of a machine, and would fail another file as well.
OF_THE_MACHINE = (
    "OutOfMemoryError",
    "No space left on device",
    "ExecutorLostFailure",
    "FetchFailed",
    "Container killed",
    # Of both versions of AWS's library for Java, and of Hadoop.
    "S3Exception",
    "fs.s3a.AWS",
    "AccessDenied",
    "SdkClientException",
    "ConnectException",
    "SocketTimeoutException",
    "UnknownHostException",
)
ONLY_CARRY_ANOTHER = ("SparkException", "ExecutionException", "RuntimeException", "UndeclaredThrowableException")


class RunError(Exception):
    """The run cannot publish; the message is one sentence for the people who read the report."""


class LastingError(RunError):
    """Another attempt would end in the same way: with these files, or with any file when none is named."""

    def __init__(self, sentence: str, files: Collection[str] = ()) -> None:
        super().__init__(sentence)
        self.files = files


class RejectedFileError(Exception):
    """The file as a whole cannot be read; the message is the report's file_reason."""


def is_on_a_laptop() -> bool:
    """Whether AWS is stood in for: then the rows are the reader's own, and no error needs to hide them."""
    return "AWS_ENDPOINT_URL" in os.environ


def text_of(error: BaseException) -> str:
    """The first line of an error's own words, of Java's where it comes from there."""
    java = getattr(error, "java_exception", None)
    while java is not None and java.getCause() is not None:
        java = java.getCause()
    text = str(java.getMessage()) if java is not None else str(error)
    return text.strip().partition("\n")[0].rstrip(".")


def said_of(error: BaseException) -> str:
    """The class of an error, and of Java's error behind it."""
    name = type(error).__name__
    behind = [type_name for type_name in _java_classes(error) if type_name not in ONLY_CARRY_ANOTHER]
    return f"{name} ({behind[-1]})" if behind and behind[-1] != name else name


def is_of_a_file(error: BaseException) -> bool:
    """Whether Spark failed, and not for want of memory, disk or network: then a file may be the cause."""
    if not type(error).__module__.startswith(("py4j", "pyspark")):
        return False
    text = str(error)
    return not any(sign in text for sign in OF_THE_MACHINE)


def _java_classes(error: BaseException) -> list[str]:
    """The simple names of Java's errors, from the outermost to the cause."""
    found: Any = getattr(error, "java_exception", None) or getattr(error, "_origin", None)
    names: list[str] = []
    while found is not None and len(names) < 20:
        names.append(str(found.getClass().getSimpleName()))
        found = found.getCause()
    return names
