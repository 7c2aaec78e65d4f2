"""Completes a new project: folders of further environments, samples, picture, files for the host, record."""

import json
import shutil
import sys
from pathlib import Path

HANDOVER = json.loads(r"""{{ handover() | tojson }}""")


def main() -> None:
    # The folder's name may have characters that this terminal cannot print. That must not undo the project.
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    for environment, backend in HANDOVER["backends"].items():
        shutil.copytree(HANDOVER["first"], environment, dirs_exist_ok=True)
        Path(environment, "backend.tf").write_text(backend, encoding="utf-8")
    for dataset, folder in HANDOVER["samples"].items():
        shutil.copytree(folder, Path("samples", dataset), dirs_exist_ok=True)
    bring_tools(Path(HANDOVER["tools"]), HANDOVER["tools_as"])
    Path("docs/architecture.svg").write_text(drawn(HANDOVER["architecture"]), encoding="utf-8")
    for path, text in HANDOVER["files"].items():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text, encoding="utf-8")
    record = HANDOVER["record"]
    # Under cruft, which writes the record itself and runs this hook in temporary folders, there is none.
    if record:
        Path(".cruft.json").write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        print(HANDOVER["next_steps"])
        print("".join(f"{note}\n" for note in HANDOVER["notes"]), end="")
    # Nothing of the interview can be lost from here on.
    if HANDOVER["draft"]:
        Path(HANDOVER["draft"]).unlink(missing_ok=True)


def bring_tools(tools: Path, form: str) -> None:
    """Write the tools of this version as one wheel, with the line by which pip checks it; or as source."""
    sys.path.insert(0, str(tools / "src"))
    sys.dont_write_bytecode = True
    from dataops.wheel import sources, unpack, write

    if form == "source":
        unpack(sources(tools), Path("tools"))
    else:
        write(tools, Path("tools"))


def drawn(architecture: dict[str, object]) -> str:
    """Draw the picture of the architecture, with the code of `make diagram`."""
    from dataops.diagram.architecture_svg import svg

    return svg(architecture)


main()
