"""The errors that end an upgrade."""


class RefusedError(Exception):
    """One sentence for the person at the keyboard: the obstacle, and what to do. Nothing was changed."""


class StoppedError(Exception):
    """git was ended while it wrote the project's files; the message says how to go back."""
