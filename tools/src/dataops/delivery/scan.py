"""Scans the repository for secrets and insecure Terraform, its packages for known vulnerabilities; needs no AWS."""

import json
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from dataops.project import PROJECT

BIN = Path(sys.executable).parent
REPORT = PROJECT / "reports" / "checkov.xml"
# A scan that read nothing passes too: this is far below what any project has.
FEWEST_CHECKS = 100
# A version that is known to be vulnerable, by number: whoever does not know that knows nothing.
KNOWN_TO_BE_VULNERABLE = "requests==2.19.1"
LOCKS = ("requirements.lock", "buildspecs/requirements.lock")


def main() -> None:
    """Scan, and end with 1 when anything was found."""
    is_clean = scan_repository(PROJECT, REPORT)
    if not (scan_packages(PROJECT) and is_clean):
        sys.exit("The scan found the problems above. Fix them, or skip a finding next to its line with a reason.")


def scan_repository(project: Path, report: Path) -> bool:
    """checkov over the whole repository; whether it found nothing, having looked."""
    report.parent.mkdir(parents=True, exist_ok=True)
    command = [str(BIN / "checkov"), "--directory", ".", "--config-file", "buildspecs/checkov.yaml"]
    command += ["--output", "cli", "--output", "junitxml", "--output-file-path", f"console,{report}"]
    done = subprocess.run(command, cwd=project, check=False)
    looked = len(ElementTree.parse(report).findall(".//testcase")) if report.exists() else 0
    if looked < FEWEST_CHECKS:
        print(f"checkov looked at {looked} things only: that is no scan.")
    return done.returncode == 0 and looked >= FEWEST_CHECKS


def scan_packages(project: Path) -> bool:
    """pip-audit over the lock files; where it cannot look vulnerabilities up, it says so and is not counted."""
    with tempfile.TemporaryDirectory() as folder:
        control = Path(folder, "requirements.txt")
        control.write_text(f"{KNOWN_TO_BE_VULNERABLE}\n")
        if not vulnerabilities(control):
            print(f"NOT DONE: vulnerabilities cannot be looked up here, not even those of {KNOWN_TO_BE_VULNERABLE}.")
            return True
    found = {line for lock in LOCKS for line in vulnerabilities(project / lock)}
    print("\n".join(sorted(found)) or "No package has a known vulnerability.")
    return not found


def vulnerabilities(requirements: Path) -> list[str]:
    """What is known against the packages of one file, a line each."""
    command = [str(BIN / "pip-audit"), "--strict", "--no-deps", "--disable-pip", "--progress-spinner", "off"]
    command += ["--format", "json", "--requirement", str(requirements)]
    done = subprocess.run(command, text=True, capture_output=True, check=False)
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        return []
    return [f"{each['name']} {each['version']}: {fault['id']}" for each in packages for fault in each.get("vulns", [])]


if __name__ == "__main__":
    main()
