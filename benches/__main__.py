"""`make bench`: each measurement in its turn, so that none disturbs another; `make bench ONLY=upgrade` that one."""

import importlib
import sys

MEASUREMENTS = {
    "benches.generation": "Generating a project",
    "benches.upgrade": "Upgrading a clean project",
    "benches.planning": "Planning an environment",
    "benches.platform": "The whole platform on this machine",
    "benches.burst": "A burst of 10,000 files",
    "benches.sweep": "A sweep over a million versions",
    "benches.etl.comparison": "2 million dirty rows",
    "benches.etl.history": "A new batch after a history of batches",
}


def main(only: str) -> None:
    """Run every measurement, or the named one, and print its rows as soon as they are known."""
    chosen = {module: title for module, title in MEASUREMENTS.items() if module.endswith(only)}
    if not chosen:
        named = ", ".join(module.removeprefix("benches.") for module in MEASUREMENTS)
        sys.exit(f"There is no measurement {only}: ONLY may be {named}.")
    for module, title in chosen.items():
        print(f"\n{title}", flush=True)
        for what, figure in importlib.import_module(module).measure():
            print(f"  {what:64} {figure}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
