"""What an interview leaves in the copy of the template for the end of the generation: sample rows and its draft."""

import json
from pathlib import Path

NOTE = ".interview.json"
SAMPLES = ".interview-samples"


def leave(copy: Path, samples: dict[str, str]) -> None:
    """Write the first rows of each sample, and which draft is done once the project is written."""
    # Every generation imports this module; only one with an interview needs these.
    from dataops.inference.sample_excerpt import excerpt
    from dataops.inference.sample_fields import SampleError
    from dataops.inference.sample_file import read_sample

    from answers import interview_draft

    for dataset, file in samples.items():
        path = Path(file)
        try:
            name, content = excerpt(path, read_sample(path))
        except (OSError, SampleError) as error:
            print(f"No rows of {path.name} are copied: {error}")
            continue
        folder = copy / SAMPLES / dataset
        folder.mkdir(parents=True)
        (folder / name).write_bytes(content)
    (copy / NOTE).write_text(json.dumps({"draft": str(interview_draft.own_path())}), encoding="utf-8")


def draft_in(copy: Path) -> str | None:
    """The draft to remove once the project is written; None after a generation without interview."""
    note = copy / NOTE
    found: str | None = json.loads(note.read_text(encoding="utf-8"))["draft"] if note.is_file() else None
    return found


def samples_in(copy: Path) -> dict[str, str]:
    """The folder of sample rows by dataset."""
    return {each.name: str(each) for each in sorted((copy / SAMPLES).glob("*"))}
