"""Gives every further environment its folder and known datasets their samples, draws, records, says what comes."""

import json
import shutil
import sys
from pathlib import Path

# What the acceptance tests of the tools work on.
SAMPLES = "src/dataops/acceptance/samples"
HANDOVER = json.loads(r"""{{ handover() | tojson }}""")
NEXT_STEPS = """
{slug} is ready. Next:

    cd {folder}
    git init --initial-branch main && git add --all && git commit --message "Start {slug}"
    make check    # lint, types, project.yaml; sets up the virtual environment first
    make local    # the whole platform on this machine, over samples/; make run runs only the ETL job
"""
WITHOUT_SAMPLES = """Before `make local`, put files of your own into {places}: without files there is nothing to see.
"""


def main() -> None:
    for environment, backend in HANDOVER["backends"].items():
        shutil.copytree(HANDOVER["first"], environment, dirs_exist_ok=True)
        Path(environment, "backend.tf").write_text(backend, encoding="utf-8")
    for dataset in HANDOVER["samples"]:
        shutil.copytree(Path(HANDOVER["tools"], SAMPLES, dataset), Path("samples", dataset), dirs_exist_ok=True)
    bring_tools(Path(HANDOVER["tools"]), HANDOVER["tools_as"])
    Path("docs/architecture.svg").write_text(drawn(HANDOVER["architecture"]), encoding="utf-8")
    record = HANDOVER["record"]
    # Under cruft, which writes the record itself and runs this hook in temporary folders, there is none.
    if record:
        Path(".cruft.json").write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        folder = Path.cwd()
        print(NEXT_STEPS.format(slug=folder.name, folder=HANDOVER["folder"]))
        if HANDOVER["without_samples"]:
            print(WITHOUT_SAMPLES.format(places=", ".join(f"samples/{name}/" for name in HANDOVER["without_samples"])))


def bring_tools(tools: Path, form: str) -> None:
    """The tools of this version as one wheel, and the line by which pip checks it; or their source."""
    sys.path.insert(0, str(tools / "src"))
    sys.dont_write_bytecode = True
    from dataops.wheel import sources, unpack, write

    if form == "source":
        unpack(sources(tools), Path("tools"))
    else:
        write(tools, Path("tools"))


def drawn(architecture: dict[str, object]) -> str:
    """The picture of the architecture, by the code that `make diagram` runs."""
    from dataops.diagram.architecture_svg import svg

    return svg(architecture)


main()
