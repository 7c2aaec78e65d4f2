"""The job as it is often written: inferred schema, Python functions, one count after another."""

import re
import sys
from datetime import datetime
from decimal import Decimal, InvalidOperation

from pyspark.sql import SparkSession
from pyspark.sql.functions import col, concat_ws, row_number, to_date, udf
from pyspark.sql.window import Window

from benches.etl.dirty_orders import COUNTRIES, EMAIL, SKU, STATUSES


def number(text: object, low: float, high: float, required: bool) -> bool:
    """Whether a text is a number between two limits."""
    if text is None:
        return not required
    try:
        return Decimal(low) <= Decimal(str(text)) <= Decimal(high)
    except InvalidOperation:
        return False


def moment(text: object) -> bool:
    """Whether a text is a date and time."""
    try:
        datetime.strptime(str(text), "%Y-%m-%d %H:%M:%S")
    except ValueError:
        return False
    return True


CHECKS = {
    "order_id": udf(lambda v: None if number(v, 0, 1e15, True) else "order_id"),
    "customer_id": udf(lambda v: None if number(v, 1, 1e15, True) else "customer_id"),
    "ordered_at": udf(lambda v: None if moment(v) else "ordered_at"),
    "amount": udf(lambda v: None if number(v, 0, 1e5, True) else "amount"),
    "quantity": udf(lambda v: None if number(v, 1, 1000, False) else "quantity"),
    "discount": udf(lambda v: None if number(v, 0, 1, False) else "discount"),
    "status": udf(lambda v: None if v in STATUSES else "status"),
    "country": udf(lambda v: None if v is None or v in COUNTRIES else "country"),
    "email": udf(lambda v: None if v is None or re.fullmatch(EMAIL, v) else "email"),
    "sku": udf(lambda v: None if v is None or re.fullmatch(SKU, v) else "sku"),
}


def main(source: str, target: str) -> None:
    """Read, check, count, write, count again."""
    spark = SparkSession.builder.getOrCreate()
    reader = spark.read.option("header", True).option("multiLine", True).option("escape", '"')
    schema = reader.option("inferSchema", True).csv(source).schema
    texts = ", ".join(f"{field.name} string" for field in schema)
    rows = reader.schema(f"{texts}, _corrupt string").option("columnNameOfCorruptRecord", "_corrupt").csv(source)
    checked = rows.withColumn(
        "reasons", concat_ws(",", "_corrupt", *(check(col(name)) for name, check in CHECKS.items()))
    )
    bad, good = checked.where("reasons <> ''"), checked.where("reasons = ''")
    print(rows.count(), bad.count(), good.count())
    for name in CHECKS:
        print(name, bad.where(col("reasons").contains(name)).count())
    typed = good.selectExpr(
        "cast(order_id as bigint)", "cast(customer_id as bigint)", "cast(ordered_at as timestamp)",
        "cast(amount as decimal(12,2))", "cast(quantity as int)", "cast(discount as double)",
        "status", "country", "email", "sku", "note",
    )  # fmt: skip
    newest = Window.partitionBy("order_id").orderBy(col("ordered_at").desc())
    unique = typed.withColumn("rank", row_number().over(newest)).where("rank = 1").drop("rank")
    print(unique.count())
    bad.write.mode("overwrite").json(f"{target}/quarantine")
    daily = unique.withColumn("ordered_at_day", to_date("ordered_at"))
    daily.write.mode("overwrite").partitionBy("ordered_at_day").parquet(f"{target}/published")
    print(spark.read.parquet(f"{target}/published").count())


if __name__ == "__main__":
    main(*sys.argv[1:])
