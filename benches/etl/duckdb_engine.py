"""The same job in DuckDB: the single-machine limit."""

import sys
from pathlib import Path

import duckdb

from benches.etl.dirty_orders import COLUMNS, COUNTRIES, EMAIL, HEADER, SKU, STATUSES

TYPES = {str(column["name"]): str(column["type"]) for column in COLUMNS}


def main(source: str, target: str) -> None:
    """Read all as text, cast, check, split, deduplicate, write."""
    Path(target).mkdir(parents=True, exist_ok=True)
    cast = ", ".join(f"try_cast(_{name} as {kind}) as {name}" for name, kind in TYPES.items())
    names = ", ".join(f"'_{name}': 'varchar'" for name in HEADER)
    raw = ", ".join(f"_{name}" for name in HEADER)
    files = f"'{source}/*.csv', columns = {{{names}}}, header = true, quote = '\"', escape = '\"'"
    duckdb.sql(f"""
      create table checked as select *, concat_ws(',',
        case when order_id is null then 'order_id' end,
        case when not coalesce(customer_id >= 1, false) then 'customer_id' end,
        case when ordered_at is null then 'ordered_at' end,
        case when not coalesce(amount between 0 and 100000, false) then 'amount' end,
        case when (_quantity is not null and quantity is null) or quantity not between 1 and 1000 then 'quantity' end,
        case when (_discount is not null and discount is null) or isnan(discount) or discount not between 0 and 1
          then 'discount' end,
        case when status is null or status not in {tuple(STATUSES)} then 'status' end,
        case when country not in {tuple(COUNTRIES)} then 'country' end,
        case when not regexp_full_match(email, '{EMAIL}') then 'email' end,
        case when not regexp_full_match(sku, '{SKU}') then 'sku' end) as reasons
      from (select *, {cast} from read_csv({files}, store_rejects = true, null_padding = false))""")
    duckdb.sql(f"copy (select reasons, {raw} from checked where reasons <> '') to '{target}/quarantine.json'")
    duckdb.sql(f"copy (from reject_errors) to '{target}/malformed.json'")
    duckdb.sql(f"""
      copy (select {", ".join(HEADER)}, cast(ordered_at as date) as ordered_at_day from checked where reasons = ''
        qualify row_number() over (partition by order_id order by ordered_at desc) = 1)
      to '{target}/published' (format parquet, compression zstd, partition_by (ordered_at_day))""")
    print(duckdb.execute(f"select count(*) from '{target}/published/*/*.parquet'").fetchall())


if __name__ == "__main__":
    main(*sys.argv[1:])
