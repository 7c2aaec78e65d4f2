"""A source that is passed as a reference: the build that gets it clones the repository (CODEBUILD_CLONE_REF)."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from dataops.local_aws.access.caller import Caller
from dataops.local_aws.access.identity import require

# AWS does not document the content of its archive.
NAME = "codepipeline-clone-reference.json"
FULL_CLONE = "CODEBUILD_CLONE_REF"


@dataclass(frozen=True)
class CloneReference:
    """A commit of a repository; `by` is the repository itself in CodeCommit, a connection elsewhere."""

    by: str
    repository: str
    commit: str

    def written(self, folder: Path) -> None:
        """Write it in the place of the commit's files."""
        folder.mkdir(parents=True)
        (folder / NAME).write_text(json.dumps(asdict(self)), encoding="utf-8")

    def require_access(self, role: Caller) -> None:
        """Raise AccessDeniedError unless the role of a build may clone the repository."""
        # CodePipeline User Guide, "Add CodeBuild GitClone permissions for CodeCommit source actions" and
        # "Add CodeBuild GitClone permissions for connections to Bitbucket, GitHub, ...".
        service = self.by.split(":")[2]
        require(role, "codecommit:GitPull" if service == "codecommit" else f"{service}:UseConnection", self.by)


def reference_in(folder: Path) -> CloneReference | None:
    """The reference that a source contains instead of files."""
    path = folder / NAME
    return CloneReference(**json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None
