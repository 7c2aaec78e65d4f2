"""The team's own code: transforms/<dataset>.py with `transform(rows: DataFrame) -> DataFrame` (docs/etl.md)."""
