"""What ends an upgrade before anything is changed."""


class RefusedError(Exception):
    """One sentence for the person at the keyboard: what is in the way, and what to do."""
