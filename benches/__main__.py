"""`make bench`: each measurement in its turn, so that none disturbs another."""

import importlib

MEASUREMENTS = {
    "benches.generation": "Generating a project",
    "benches.upgrade": "Upgrading a clean project",
    "benches.planning": "Planning an environment",
    "benches.platform": "The whole platform on this machine",
    "benches.burst": "A burst of 10,000 files",
    "benches.etl.comparison": "2 million dirty rows",
    "benches.etl.history": "A new batch after a history of batches",
}


def main() -> None:
    """Run every measurement and print its rows as soon as they are known."""
    for module, title in MEASUREMENTS.items():
        print(f"\n{title}", flush=True)
        for what, figure in importlib.import_module(module).measure():
            print(f"  {what:64} {figure}", flush=True)


if __name__ == "__main__":
    main()
