"""The refusal of a command: one sentence, published where people read it, exit code 1, nothing changed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError


class Refusal(SystemExit):
    """One sentence: what is wrong, where, and what to do."""


class TerraformRefusal(Refusal):
    """An error of Terraform; `output` is its whole output."""

    def __init__(self, sentence: str, output: str) -> None:
        super().__init__(sentence)
        self.output = output


Publish = Callable[[str, str], None]


@contextmanager
def refusals_published(what: str, publish: Publish) -> Iterator[None]:
    """Publish the sentence of a refusal, or an error of AWS, before the command ends with it."""
    try:
        try:
            yield
        except (ClientError, BotoCoreError) as error:
            raise Refusal(f"AWS refuses: {str(error).rstrip('.')}.") from None
    except SystemExit as refused:
        if isinstance(refused.code, str):
            publish(f"{what} stopped", refused.code)
        raise
