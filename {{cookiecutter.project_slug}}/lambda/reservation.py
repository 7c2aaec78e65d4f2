"""Reserves a notice before it is sent, so that of two senders one sends and a third finds out what became of it."""

from instant import earlier
from ledger import Ledger

MINUTES_TO_SEND = 5
SENT = "sent"


def reserve(ledger: Ledger, row: str, flag: str, now: str) -> bool:
    """Take a notice; False when it was sent, or when somebody took it less than five minutes ago."""
    # "sent" is greater than any time, so one comparison tells a kept reservation from one that ran out.
    try:
        ledger.client.update_item(
            TableName=ledger.table,
            Key={"file": row},
            UpdateExpression="SET #flag = :now",
            ConditionExpression="attribute_not_exists(#flag) OR #flag < :overdue",
            ExpressionAttributeNames={"#flag": flag},
            ExpressionAttributeValues={":now": now, ":overdue": earlier(ledger.clock(), MINUTES_TO_SEND)},
        )
    except ledger.client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def give_up(ledger: Ledger, row: str, flag: str, now: str) -> None:
    """Let somebody else send what could not be sent."""
    ledger.change(row, {}, {flag: now}, remove=(flag,))


def keep(ledger: Ledger, row: str, flag: str) -> None:
    """Mark a notice as sent."""
    ledger.change(row, {flag: SENT}, {})


def is_sent(ledger: Ledger, row: str, flag: str) -> bool:
    """Whether a notice is out."""
    return (ledger.row(row) or {}).get(flag) == SENT
