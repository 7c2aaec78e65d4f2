"""The same job in Polars: every column read as text, then cast and checked in one lazy plan."""

import sys
from pathlib import Path
from typing import Any

import polars as pl

from benches.etl.dirty_orders import COUNTRIES, EMAIL, HEADER, SKU, STATUSES

TYPES: dict[str, Any] = {
    "order_id": pl.Int64,
    "customer_id": pl.Int64,
    "amount": pl.Decimal(12, 2),
    "quantity": pl.Int32,
    "discount": pl.Float64,
}


def bad(condition: pl.Expr, name: str) -> pl.Expr:
    """The column's name where a condition holds."""
    return pl.when(condition).then(pl.lit(name))


def checked_rows(source: str) -> pl.DataFrame:
    """Every row with its typed values beside the texts, and the names of the columns that are bad."""
    texts = pl.scan_csv(
        f"{source}/*.csv",
        new_columns=[f"_{name}" for name in HEADER],
        infer_schema=False,
        truncate_ragged_lines=True,
    )
    cast = [pl.col(f"_{name}").cast(kind, strict=False).alias(name) for name, kind in TYPES.items()]
    moment = pl.col("_ordered_at").str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False).alias("ordered_at")
    kept = [pl.col(f"_{name}").alias(name) for name in ("status", "country", "email", "sku", "note")]
    c = pl.col
    unread = [c(f"_{name}").is_not_null() & c(name).is_null() for name in ("quantity", "discount")]
    reasons = pl.concat_str(
        bad(c("order_id").is_null(), "order_id"),
        bad(~(c("customer_id") >= 1).fill_null(False), "customer_id"),
        bad(c("ordered_at").is_null(), "ordered_at"),
        bad(~c("amount").is_between(0, 100_000).fill_null(False), "amount"),
        bad(unread[0] | ~c("quantity").is_between(1, 1000), "quantity"),
        bad(unread[1] | c("discount").is_nan() | ~c("discount").is_between(0, 1), "discount"),
        bad(~c("status").is_in(STATUSES).fill_null(False), "status"),
        bad(~c("country").is_in(COUNTRIES), "country"),
        bad(~c("email").str.contains(f"^{EMAIL}$"), "email"),
        bad(~c("sku").str.contains(f"^{SKU}$"), "sku"),
        separator=",",
        ignore_nulls=True,
    )
    checked = texts.with_columns(*cast, moment, *kept).with_columns(reasons.alias("reasons"))
    return checked.collect(engine="streaming")


def main(source: str, target: str) -> None:
    """Read, cast, check, split, deduplicate, write."""
    Path(target).mkdir(parents=True, exist_ok=True)
    c = pl.col
    rows = checked_rows(source)
    rows.filter(c("reasons") != "").select("reasons", *(f"_{name}" for name in HEADER)).write_ndjson(
        f"{target}/quarantine.json"
    )
    newest = rows.filter(c("reasons") == "").sort("ordered_at", descending=True)
    unique = newest.unique("order_id", keep="first").with_columns(c("ordered_at").dt.date().alias("ordered_at_day"))
    unique.select(*HEADER, "ordered_at_day").write_parquet(
        f"{target}/published", compression="zstd", partition_by="ordered_at_day"
    )
    print(rows.height, unique.height)


if __name__ == "__main__":
    main(*sys.argv[1:])
