"""The errors that end a run, or leave out one file, with a sentence instead of a traceback."""


class RunError(Exception):
    """The run cannot publish; the message is one sentence for the people who read the report."""


class RejectedFileError(Exception):
    """The file as a whole cannot be read; the message is the report's file_reason."""
