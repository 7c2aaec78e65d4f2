"""Installs the project's version of Terraform if the machine has none, after verification of its checksum."""

import hashlib
import io
import platform
import sys
import urllib.request
import zipfile
from pathlib import Path

from dataops.project import PROJECT
from dataops.project.job_settings import on_path

ADDRESS = "https://releases.hashicorp.com"
VERSION = "1.15.5"
# The checksums of HashiCorp's own Homebrew formula; a release's SHA256SUMS file has them too.
CHECKSUMS = {
    "darwin_amd64": "3687d07c034b3e7deed5b072cd8ae2b34835bcb139baec3fc4f5fd534dabf5ed",
    "darwin_arm64": "01137660510005b918bba82154866fbeac4393163d8277c2abe861dfb5842c3c",
    "linux_amd64": "702b2136af6728c8ff037f843dd2dbce2b7ad88786b7381d1d72aefa250f601c",
    "linux_arm64": "06e7b48de826146c6d9331ba35b13da12332d8392be30d1dd6b789ba4713fff0",
}
PROCESSORS = {"x86_64": "amd64", "AMD64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


def main() -> None:
    """Install a Terraform on the Makefile's PATH."""
    if on_path():
        return
    kind = f"{sys.platform}_{PROCESSORS.get(platform.machine(), platform.machine())}"
    fetch(ADDRESS, kind, PROJECT / ".tools")


def fetch(address: str, kind: str, folder: Path) -> None:
    """Download one release, compare its checksum, and only then unpack it."""
    if kind not in CHECKSUMS:
        sys.exit(f"There is no checksum for Terraform on {kind} here: install Terraform 1.11 or newer yourself.")
    url = f"{address}/terraform/{VERSION}/terraform_{VERSION}_{kind}.zip"
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            content = answer.read()
    except OSError as error:
        sys.exit(f"Terraform {VERSION} cannot be had from {url} ({error}): put Terraform 1.11 or newer on the PATH.")
    found = hashlib.sha256(content).hexdigest()
    if found != CHECKSUMS[kind]:
        sys.exit(f"{url} is not the release that it should be: its checksum is {found}. It was not unpacked.")
    folder.mkdir(exist_ok=True)
    program = folder / "terraform"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        program.write_bytes(archive.read("terraform"))
    program.chmod(0o755)
    print(f"Terraform {VERSION} is in {folder}; its checksum is verified.")


if __name__ == "__main__":
    main()
