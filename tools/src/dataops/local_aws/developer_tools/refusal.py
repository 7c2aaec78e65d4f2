"""What a service answers when it refuses a call."""


class RefusedError(Exception):
    """An error by the name that AWS gives it, as clients know it."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)
