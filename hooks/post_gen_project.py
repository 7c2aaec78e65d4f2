"""Gives every further environment its folder and known datasets their samples, draws, records, says what comes."""

import json
import shutil
import sys
from pathlib import Path

HANDOVER = json.loads(r"""{{ handover() | tojson }}""")
NEXT_STEPS = """
{slug} is ready. Next:

    cd {folder}
    git init --initial-branch main && git add --all && git commit --message "Start {slug}"
    make check    # lint, types, project.yaml; sets up the virtual environment first
    make local    # the whole platform on this machine, over samples/; make run is the ETL alone
"""
WITHOUT_SAMPLES = """First put some files of your own into {places}: without files there is nothing to see.
"""


def main() -> None:
    # A folder's name may hold what this terminal cannot print: that shall not undo the project.
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    for environment, backend in HANDOVER["backends"].items():
        shutil.copytree(HANDOVER["first"], environment, dirs_exist_ok=True)
        Path(environment, "backend.tf").write_text(backend, encoding="utf-8")
    for dataset in HANDOVER["samples"]:
        shutil.copytree(Path("tests/samples", dataset), Path("samples", dataset), dirs_exist_ok=True)
    for dataset, folder in HANDOVER["given_samples"].items():
        shutil.copytree(folder, Path("samples", dataset), dirs_exist_ok=True)
    Path("docs/architecture.svg").write_text(drawn(HANDOVER["architecture"]), encoding="utf-8")
    record = HANDOVER["record"]
    # Under cruft, which writes the record itself and runs this hook in temporary folders, there is none.
    if record:
        Path(".cruft.json").write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        folder = Path.cwd()
        print(NEXT_STEPS.format(slug=folder.name, folder=HANDOVER["folder"]))
        if HANDOVER["without_samples"]:
            print(WITHOUT_SAMPLES.format(places=", ".join(f"samples/{name}/" for name in HANDOVER["without_samples"])))
        print("".join(f"{note}\n" for note in HANDOVER["notes"]), end="")
    # Only now nothing of the interview can be lost any more.
    if HANDOVER["draft"]:
        Path(HANDOVER["draft"]).unlink(missing_ok=True)


def drawn(architecture: dict[str, object]) -> str:
    """The picture of the architecture, by the code that `make diagram` runs."""
    sys.path.insert(0, str(Path.cwd()))
    sys.dont_write_bytecode = True
    from local.architecture_svg import svg

    return svg(architecture)


main()
