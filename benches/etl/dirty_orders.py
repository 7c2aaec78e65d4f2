"""Two million dirty orders, the same for every engine: about 2 % bad rows of twelve kinds, 1 % repeated keys."""

import csv
import random
from collections.abc import Callable
from pathlib import Path

HEADER = [
    "order_id",
    "customer_id",
    "ordered_at",
    "amount",
    "quantity",
    "discount",
    "status",
    "country",
    "email",
    "sku",
    "note",
]
STATUSES = ["placed", "paid", "shipped", "returned"]
COUNTRIES = ["BE", "NL", "FR", "DE", "LU"]
SKU = "[A-Z]{3}-[0-9]{4}"
EMAIL = "[^@ ]+@[^@ ]+"
NO_RULE = {"format": None, "required": False, "unique": False, "minimum": None, "maximum": None}
NO_RULE |= {"one_of": None, "pattern": None}

COLUMNS = [
    NO_RULE | column
    for column in (
        {"name": "order_id", "type": "bigint", "required": True},
        {"name": "customer_id", "type": "bigint", "required": True, "minimum": "1"},
        {"name": "ordered_at", "type": "timestamp", "required": True},
        {"name": "amount", "type": "decimal(12,2)", "required": True, "minimum": "0", "maximum": "100000"},
        {"name": "quantity", "type": "int", "minimum": "1", "maximum": "1000"},
        {"name": "discount", "type": "double", "minimum": "0", "maximum": "1"},
        {"name": "status", "type": "string", "required": True, "one_of": STATUSES},
        {"name": "country", "type": "string", "one_of": COUNTRIES},
        {"name": "email", "type": "string", "pattern": EMAIL},
        {"name": "sku", "type": "string", "pattern": SKU},
        {"name": "note", "type": "string"},
    )
]

HEADER = [str(column["name"]) for column in COLUMNS]
Row = list[str]


def _set(index: int, value: str) -> Callable[[Row], Row]:
    return lambda row: [*row[:index], value, *row[index + 1 :]]


SPOILERS: list[Callable[[Row], Row]] = [
    _set(0, ""),
    _set(0, "A17"),
    _set(1, "0"),
    _set(2, "2026-02-30 10:00:00"),
    _set(3, "12,50"),
    _set(3, "-1.00"),
    _set(4, "0"),
    _set(5, "NaN"),
    _set(6, "lost"),
    _set(8, "nobody"),
    lambda row: row[:6],
    lambda row: [*row, "more"],
]


def write(folder: Path, rows: int, files: int, first_id: int = 1, seed: int = 1) -> list[Path]:
    """Write the files; each is a CSV with a header, some quotes and some quoted line breaks."""
    dice = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for number in range(files):
        path = folder / f"orders-{first_id}-{number:03}.csv"
        with path.open("w", newline="") as stream:
            lines = csv.writer(stream, lineterminator="\n")
            lines.writerow(HEADER)
            for position in range(rows // files):
                lines.writerow(_row(dice, first_id + number * (rows // files) + position, first_id))
        written.append(path)
    return written


def _row(dice: random.Random, order: int, first_id: int) -> Row:
    if dice.random() < 0.01:
        order = max(first_id, order - dice.randrange(1, 50_000))
    moment = dice.randrange(30 * 86_400)
    day, second = divmod(moment, 86_400)
    note = dice.choice(("", "", "", "gift", 'a "quoted" word, and a comma', "two\nlines"))
    row = [
        str(order),
        str(dice.randrange(1, 200_000)),
        f"2026-03-{day + 1:02} {second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}",
        f"{dice.randrange(1, 50_000) / 100:.2f}",
        str(dice.randrange(1, 20)),
        dice.choice(("", "0.1", "0.25", "0")),
        dice.choice(STATUSES),
        dice.choice(COUNTRIES),
        f"customer{dice.randrange(200_000)}@example.com",
        f"ABC-{dice.randrange(1000, 9999)}",
        note,
    ]
    return dice.choice(SPOILERS)(row) if dice.random() < 0.02 else row
