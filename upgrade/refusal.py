"""What ends an upgrade."""


class RefusedError(Exception):
    """One sentence for the person at the keyboard: what is in the way, and what to do. Nothing was changed."""


class StoppedError(Exception):
    """git was ended while it wrote the project's files; how to go back."""
