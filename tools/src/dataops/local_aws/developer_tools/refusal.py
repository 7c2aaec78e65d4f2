"""The error with which a service refuses a call."""


class RefusedError(Exception):
    """An error with AWS's error code, as clients expect it."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)
