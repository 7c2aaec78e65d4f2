"""What one new batch of 1 % costs after 1, 10 and 100 batches of history: files/etl.py never reads what is there."""

import tempfile
from pathlib import Path
from typing import Any

from benches.etl import dirty_orders
from benches.etl.comparison import SETTINGS, local_platform, our_job

BATCH = 20_000
HISTORIES = (1, 10, 100)
ROUNDS = 3


def measure() -> list[tuple[str, str]]:
    """Rows of (what, figure): the best of three new batches after each length of history."""
    costs = {}
    with tempfile.TemporaryDirectory() as name, local_platform()(Path(name) / "s3") as storage:
        folder, next_id = Path(name) / "rows", 1
        storage.create(SETTINGS)
        published = 0
        for history in HISTORIES:
            while published < history:
                _copy_of_a_batch(storage, folder, published)
                published += 1
            rounds = []
            for _ in range(ROUNDS):
                paths = dirty_orders.write(folder, BATCH, 1, first_id=next_id, seed=next_id)
                next_id += BATCH
                rounds.append(our_job(storage, paths)[0])
            costs[history] = min(rounds, key=lambda cost: cost.cpu)
    first = costs[HISTORIES[0]]
    return [
        (
            f"a new batch of {BATCH} rows after {history} batches",
            f"{cost.wall:.1f} s, {cost.cpu:.1f} CPU s ({cost.cpu / first.cpu:.2f} of the first; goal: at most 1.10)",
        )
        for history, cost in costs.items()
    ]


def _copy_of_a_batch(storage: Any, folder: Path, number: int) -> None:
    """History in the output: the rows, the commit and the partitions of an earlier batch."""
    batch = f"{number:016x}"
    bucket = storage.folder / SETTINGS["output_bucket"]
    for day in range(30):
        part = bucket / "orders" / f"batch_id={batch}" / f"ordered_at_day=2026-03-{day + 1:02}" / "part-0.parquet"
        part.parent.mkdir(parents=True)
        part.write_bytes(b"PAR1" * 5_000)
    storage.s3.put_object(Bucket=bucket.name, Key=f"_commits/orders/{batch}.json", Body=b"{}")


if __name__ == "__main__":
    for what, figure in measure():
        print(f"{what:50} {figure}")
