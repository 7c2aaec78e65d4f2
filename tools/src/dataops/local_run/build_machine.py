"""What a build on this machine gets of it: the tools that CodeBuild's images bring, or that it would download."""

import os
import sys
from pathlib import Path

from dataops.project import PROJECT
from dataops.project.terraform import AT_ONCE, mirror_of

# How a person has told pip and others to reach the network is needed to reach it.
PASSED_ON = ("PIP_", "UV_", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "SSL_CERT_", "LANG", "TMPDIR")


def build_environment(java: str | None) -> dict[str, str]:
    """Environment variables: where tools lie, and what they have stored already."""
    tools = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    kept = {name: value for name, value in os.environ.items() if name.startswith(PASSED_ON)}
    mirror, cache = mirror_of(os.environ.get("TF_PLUGIN_MIRROR")), os.environ.get("XDG_CACHE_HOME", "~/.cache")
    return {
        "PATH": tools,
        # The virtual environments of this project are as good as those that a build would make for itself.
        "VENV": sys.prefix,
        "SCAN": str(PROJECT / ".venv-scan"),
        "PIP_CACHE_DIR": str(Path(cache).expanduser() / "pip"),
        # Most of an apply is waiting here too.
        "TF_CLI_ARGS_apply": f"-parallelism={AT_ONCE}",
        "TF_CLI_ARGS_plan": f"-parallelism={AT_ONCE}",
        **({"TF_PLUGIN_MIRROR": str(mirror)} if mirror else {}),
        **({"JAVA_HOME": java} if java else {}),
        **kept,
    }
