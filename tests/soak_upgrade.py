"""`make soak`: a project that was lived in is upgraded over three versions; then its whole platform runs here."""

from pathlib import Path

from lived_in import ALL_VERSIONS, live_in, release_versions
from test_generated_project import make
from upgrade_lab import whole_template


def test_the_platform_of_an_upgraded_project_carries_its_files_to_their_end(tmp_path: Path) -> None:
    template = whole_template(tmp_path / "template.git", "1.0.0")
    project = template.generate(tmp_path / "output", "--checkout", "1.0.0")
    live_in(project)
    release_versions(template)
    for version in ALL_VERSIONS:
        assert project.upgrade("--to", version).returncode == 0
        project.commit(version)

    try:
        done = make(project.folder, "local")
    finally:
        make(project.folder, "local-down")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "refunds" in done.stdout
