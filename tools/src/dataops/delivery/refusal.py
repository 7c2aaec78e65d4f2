"""How every command here says no: one sentence, published where people read it, exit code 1, nothing changed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError


class Refusal(SystemExit):
    """One sentence that says what is wrong, where, and what to do."""


class TerraformRefusal(Refusal):
    """Terraform could not do something; `told` is all that it has said."""

    def __init__(self, sentence: str, told: str) -> None:
        super().__init__(sentence)
        self.told = told


Publish = Callable[[str, str], None]


@contextmanager
def refusals_published(what: str, publish: Publish) -> Iterator[None]:
    """Let people read the sentence of a refusal, and that of AWS, before the command ends with it."""
    try:
        try:
            yield
        except (ClientError, BotoCoreError) as error:
            raise Refusal(f"AWS refuses: {str(error).rstrip('.')}.") from None
    except SystemExit as refused:
        if isinstance(refused.code, str):
            publish(f"{what} stopped", refused.code)
        raise
