"""`make bench`: each measurement in its turn, so that none disturbs another; `make bench ONLY=upgrade` that one.

ONLY may also be a folder: ONLY=etl runs everything in benches/etl.
"""

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


def chosen(only: str) -> dict[str, str]:
    """Return every measurement, or those of a name or a folder: etl, etl.comparison, comparison."""
    wanted = only.strip("/").replace("/", ".")
    found = {module: title for module, title in MEASUREMENTS.items() if f".{wanted}." in f".{module}." or not wanted}
    if not found:
        names = [module.removeprefix("benches.") for module in MEASUREMENTS]
        folders = dict.fromkeys(name.partition(".")[0] for name in names if "." in name)
        sys.exit(f"There is no measurement {only}: ONLY may be {', '.join([*folders, *names])}.")
    return found


def main(only: str) -> None:
    """Run every measurement, or the named ones, and print their rows as soon as they are known."""
    for module, title in chosen(only).items():
        print(f"\n{title}", flush=True)
        for what, figure in importlib.import_module(module).measure():
            print(f"  {what:64} {figure}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
