"""Tells people once what happened: at least once, and twice only when a Lambda dies between two calls."""

from typing import Any

from instant import earlier
from ledger import Ledger
from log_line import kind_of, log

LONGEST_SUBJECT = 100
MINUTES_TO_SEND = 5
SENT = "sent"


class Notifications:
    """The topics, separated by commas, and the ledger that remembers what was sent to which."""

    def __init__(self, sns: Any, topics: str, ledger: Ledger) -> None:
        self.sns, self.topics, self.ledger = sns, topics.split(","), ledger

    def send_once(self, row: str, notice: str, subject: str, lines: list[str]) -> bool:
        """Send to each topic unless it was sent there; whether it is out everywhere.

        Losing a notification is worse than reading it twice. So a sender first reserves the notice, sends,
        and then marks it as sent: a reservation that was never kept runs out, and the sweep sends again.
        """
        refused: list[Exception] = []
        is_out = [self._send(row, f"notice_{notice}_{n}", n, subject, lines, refused) for n in range(len(self.topics))]
        if refused:
            raise refused[0]
        return all(is_out)

    def _send(self, row: str, flag: str, topic: int, subject: str, lines: list[str], refused: list[Exception]) -> bool:
        reservation = self.ledger.now()
        if not self._reserve(row, flag, reservation):
            return (self.ledger.row(row) or {}).get(flag) == SENT
        try:
            message = {"Subject": clean_subject(subject), "Message": "\n".join(lines)}
            self.sns.publish(TopicArn=self.topics[topic], **message)
        except Exception as error:
            self.ledger.change(row, {}, {flag: reservation}, remove=(flag,))
            log("notification-failed", row=row, notice=flag, error=kind_of(error))
            refused.append(error)
            return False
        self.ledger.change(row, {flag: SENT}, {})
        log("notification-sent", row=row, notice=flag)
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
