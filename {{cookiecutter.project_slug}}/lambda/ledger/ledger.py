"""The ledger's rows: every change is conditional, so that doing it twice changes nothing."""

from typing import Any

from ledger.timestamps import Clock, as_text

Row = dict[str, Any]


class Ledger:
    """The DynamoDB table; `client` is the one of a boto3 resource (plain Python values, safe in threads)."""

    def __init__(self, client: Any, table: str, clock: Clock) -> None:
        self.client, self.table, self.clock = client, table, clock

    def now(self) -> str:
        """The time as the ledger writes it."""
        return as_text(self.clock())

    def row(self, file: str) -> Row | None:
        """One row, as it is at this moment."""
        row: Row | None = self.client.get_item(TableName=self.table, Key={"file": file}, ConsistentRead=True).get(
            "Item"
        )
        return row

    def add(self, row: Row) -> bool:
        """Write a row that is not there yet; False when it is."""
        try:
            self.client.put_item(
                TableName=self.table,
                Item={name: value for name, value in row.items() if value is not None} | {"updated_at": self.now()},
                ConditionExpression="attribute_not_exists(#file)",
                ExpressionAttributeNames={"#file": "file"},
            )
        except self.client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def change(self, file: str, values: Row, expected: Row, remove: tuple[str, ...] = ()) -> bool:
        """Set and remove attributes of a row that holds the expected values; False when it does not."""
        values = values | {"updated_at": self.now()}
        condition = " AND ".join(f"#{name} = :was_{name}" for name in expected)
        try:
            self.client.update_item(
                TableName=self.table,
                Key={"file": file},
                UpdateExpression="SET "
                + ", ".join(f"#{name} = :{name}" for name in values)
                + (" REMOVE " + ", ".join(f"#{name}" for name in remove) if remove else ""),
                ExpressionAttributeNames={f"#{name}": name for name in (*values, *expected, *remove)},
                ExpressionAttributeValues={f":{name}": value for name, value in values.items()}
                | {f":was_{name}": value for name, value in expected.items()},
                **({"ConditionExpression": condition} if condition else {}),
            )
        except self.client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def open_rows(self, name: str, states: tuple[str, ...], limit: int | None = None) -> list[Row]:
        """Open rows in some states, oldest first, out of the sparse index: never a scan."""
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            IndexName="open",
            KeyConditionExpression="#open = :open",
            FilterExpression=f"#state IN ({', '.join(f':{state}' for state in states)})",
            ExpressionAttributeNames={"#open": "open", "#state": "state"},
            ExpressionAttributeValues={":open": name} | {f":{state}": state for state in states},
        )
        rows: list[Row] = []
        for page in pages:
            rows += page["Items"]
            if limit and len(rows) >= limit:
                break
        return rows[:limit]
