"""The one error that ends a run with a sentence instead of a traceback."""


class RunError(Exception):
    """The run cannot publish; the message is one sentence for the people who read the report."""
