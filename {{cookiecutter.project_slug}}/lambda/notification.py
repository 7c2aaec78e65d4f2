"""Tells people once what happened: at least once, and twice only when a Lambda dies between two calls."""

from typing import Any

from instant import earlier
from ledger import Ledger
from log_line import log

LONGEST_SUBJECT = 100
MINUTES_TO_SEND = 5
SENT = "sent"


class Notifications:
    """The topic, and the ledger that remembers what was sent."""

    def __init__(self, sns: Any, topic: str, ledger: Ledger) -> None:
        self.sns, self.topic, self.ledger = sns, topic, ledger

    def send_once(self, row: str, notice: str, subject: str, lines: list[str]) -> bool:
        """Send unless it was sent; whether it is out. An error of SNS passes through.

        Losing a notification is worse than reading it twice. So a sender first reserves the notice, sends,
        and then marks it as sent: a reservation that was never kept runs out, and the sweep sends again.
        """
        flag = f"notice_{notice}"
        reservation = self.ledger.now()
        if not self._reserve(row, flag, reservation):
            return (self.ledger.row(row) or {}).get(flag) == SENT
        try:
            self.sns.publish(TopicArn=self.topic, Subject=clean_subject(subject), Message="\n".join(lines))
        except Exception:
            self.ledger.change(row, {}, {flag: reservation}, remove=(flag,))
            log("notification-failed", row=row, notice=notice)
            raise
        self.ledger.change(row, {flag: SENT}, {})
        log("notification-sent", row=row, notice=notice)
        return True

    def _reserve(self, row: str, flag: str, reservation: str) -> bool:
        # "sent" is greater than any time, so one comparison tells a kept reservation from one that ran out.
        client = self.ledger.client
        try:
            client.update_item(
                TableName=self.ledger.table,
                Key={"file": row},
                UpdateExpression="SET #flag = :now",
                ConditionExpression="attribute_not_exists(#flag) OR #flag < :overdue",
                ExpressionAttributeNames={"#flag": flag},
                ExpressionAttributeValues={
                    ":now": reservation,
                    ":overdue": earlier(self.ledger.clock(), MINUTES_TO_SEND),
                },
            )
        except client.exceptions.ConditionalCheckFailedException:
            return False
        return True


def clean_subject(text: str) -> str:
    """A subject that SNS takes: printable ASCII, one line, at most 100 characters."""
    printable = "".join(letter if " " <= letter <= "~" else " " for letter in text)
    words = " ".join(printable.split()) or "notification"
    return words if len(words) <= LONGEST_SUBJECT else f"{words[: LONGEST_SUBJECT - 3]}..."
