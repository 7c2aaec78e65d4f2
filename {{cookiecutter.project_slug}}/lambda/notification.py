"""Tells people once what happened: at least once, and twice only when a Lambda dies between two calls."""

import json
from collections.abc import Callable, Collection
from typing import Any

from ledger import Ledger
from log_line import kind_of, log
from message import Message
from place import Place
from reservation import give_up, is_sent, keep, reserve
from topic import hash_of, publish, told_of

IsTold = Callable[[str], bool]


class Notifications:
    """Who hears of which kinds, and the ledger that remembers what was sent to whom.

    `routes` is JSON: [{form, kinds, topics}], one entry for all targets that hear the same in the same form.
    """

    def __init__(self, sns: Any, routes: str, ledger: Ledger, prefix: str) -> None:
        self.sns, self.routes, self.ledger = sns, json.loads(routes), ledger
        self.place = Place(prefix, sns.meta.region_name)

    def send_once(self, row: str, notice: str, message: Message, is_told: IsTold = lambda topic: False) -> bool:
        """Send to each topic whose target hears of it, unless it was sent there; whether it is out everywhere.

        Losing a notification is worse than reading it twice. So a sender first reserves the notice, sends,
        and then marks it as sent: a reservation that was never kept runs out, and the sweep sends again.
        """
        refused: list[Exception] = []
        told = [(topic, form) for topic, form in told_of(self.routes, message) if not is_told(topic)]
        is_out = [self._send(row, notice, topic, message, form, refused) for topic, form in told]
        if refused:
            raise refused[0]
        return all(is_out)

    def send_now(self, row: str, notice: str, message: Message, is_told: IsTold = lambda topic: False) -> None:
        """The same for a caller whom no sweep follows: it fails, and is called again, unless it is out everywhere."""
        if not self.send_once(row, notice, message, is_told):
            raise RuntimeError(f"Who began to send {row} has not finished: it is tried again.")

    def has_told(self, topic: str, kinds: Collection[str], since: str) -> bool:
        """Whether a topic has got something of one of these kinds since then."""
        known = (self.ledger.row(f"told/{hash_of(topic)}") or {}) if kinds else {}
        return any(known.get(kind.replace(" ", "_"), "") >= since for kind in kinds)

    def _send(self, row: str, notice: str, topic: str, message: Message, form: str, refused: list[Exception]) -> bool:
        flag, reservation = flag_of(notice, topic), self.ledger.now()
        if not reserve(self.ledger, row, flag, reservation):
            return is_sent(self.ledger, row, flag)
        try:
            publish(self.sns, topic, message, form)
        except Exception as error:
            give_up(self.ledger, row, flag, reservation)
            log("notification-failed", row=row, notice=flag, error=kind_of(error))
            refused.append(error)
            return False
        keep(self.ledger, row, flag)
        times = {kind.replace(" ", "_"): self.ledger.now() for kind in message.kinds}
        self.ledger.change(f"told/{hash_of(topic)}", times, {})
        log("notification-sent", row=row, notice=flag, kinds=message.kinds)
        return True


def flag_of(notice: str, topic: str) -> str:
    """What the ledger calls a notice to one topic; a topic keeps it when other targets come and go."""
    return f"notice_{notice}_{hash_of(topic)}"
