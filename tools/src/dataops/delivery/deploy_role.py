"""The deployment role of Terraform in a build, for as long as the work takes.

A build's role assumes it, and AWS ends such a session after an hour. So Terraform gets no session but a command
that creates one (`credential_process`): AWS's SDK calls it again whenever the credentials expire.
"""

import os
import shlex
import sys
from pathlib import Path

from dataops.delivery.build import Build, credentials_of, session_name

# CodeBuild sets the first for its containers; the second is for other hosts.
CONTAINER = ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI")
PROFILE = "[default]\ncredential_process = {command}\n"
PROGRAM = Path(__file__).with_name("deploy_credentials.py")


def terraform_access(role: str | None, build: Build, project: Path) -> dict[str, str]:
    """Return the environment variables of Terraform with a role; none if there is no role to assume."""
    if not role:
        return {}
    if not any(build.variables.get(name) for name in CONTAINER):
        # Credentials in the environment override any configuration: then one session has to do.
        return credentials_of(role, build)
    path = project / ".delivery" / f"{role.rpartition('/')[2]}.config"
    path.parent.mkdir(exist_ok=True)
    command = shlex.join([sys.executable, "-P", str(PROGRAM), role, session_name(build)])
    path.write_text(PROFILE.format(command=command), encoding="utf-8")
    return {"AWS_CONFIG_FILE": str(path), "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
