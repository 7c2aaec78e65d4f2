"""The parts of this machine that a build uses: tools that CodeBuild's images contain, or that it would download."""

import os
import sys
from pathlib import Path

from dataops.project import PROJECT
from dataops.project.terraform import AT_ONCE, mirror_of

# The user's network settings of pip and other tools.
PASSED_ON = ("PIP_", "UV_", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "SSL_CERT_", "LANG", "TMPDIR")


def build_environment(java: str | None) -> dict[str, str]:
    """The environment variables with the locations of tools and their caches."""
    tools = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    kept = {name: value for name, value in os.environ.items() if name.startswith(PASSED_ON)}
    mirror, cache = mirror_of(os.environ.get("TF_PLUGIN_MIRROR")), os.environ.get("XDG_CACHE_HOME", "~/.cache")
    return {
        "PATH": tools,
        # The project's virtual environments replace those that a build would create for itself.
        "VENV": sys.prefix,
        "SCAN": str(PROJECT / ".venv-scan"),
        "PIP_CACHE_DIR": str(Path(cache).expanduser() / "pip"),
        # Most of an apply is waiting time here too.
        "TF_CLI_ARGS_apply": f"-parallelism={AT_ONCE}",
        "TF_CLI_ARGS_plan": f"-parallelism={AT_ONCE}",
        **({"TF_PLUGIN_MIRROR": str(mirror)} if mirror else {}),
        **({"JAVA_HOME": java} if java else {}),
        **kept,
    }
