"""The team's own code: <dataset>.py here, with `transform(rows: DataFrame) -> DataFrame`; see docs/etl.md."""
