"""Spark's classes as Java has them in memory, in one file beside Spark's jars: Java maps it instead of loading each.

A small job takes a third less CPU time with it. Java checks the file: one of another Java or of other jars is not used.
As a program this makes the file if there is none, and prints PYSPARK_SUBMIT_ARGS for a Spark that uses it.
"""

import hashlib
import importlib.util
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

PROCESS = Path(__file__).with_name("spark_process.py")
TRAINING_SECONDS = 300
# Java's log of these archives would stand among the lines of a job.
SILENT = "-Xlog:cds*=off"
IN_BACKGROUND = "--in-background"


def submit_arguments(java_home: str | None, *arguments: str, options: tuple[str, ...] = ()) -> str:
    """PYSPARK_SUBMIT_ARGS of a Spark with further options of Java; its SPARK_CONF_DIR must hold no file."""
    java = shlex.join([*options, *_options_of(archive(java_home))])
    words = ["--conf", f"spark.driver.defaultJavaOptions={java}"] if java else []
    return shlex.join([*arguments, *words, "pyspark-shell"])


def _options_of(made: Path | None) -> list[str]:
    return [f"-XX:SharedArchiveFile={made}", SILENT] if made and made.exists() and made.stat().st_size else []


def archive(java_home: str | None) -> Path | None:
    """Where the archive for this Java and these jars is, or would be; None if one of them is not found."""
    java, spark = _java(java_home), _spark()
    if java is None or spark is None:
        return None
    # Of a Java: the file with its own classes. An update replaces it.
    parts = [java.resolve().parents[1] / "lib" / "modules", *sorted((spark / "jars").glob("*.jar"))]
    try:
        known = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in parts]
    except OSError:
        return None
    # Java compares paths too: a virtual environment that is reached by a link has another archive.
    place, content = (hashlib.sha256(repr(each).encode()).hexdigest()[:12] for each in (str(spark), known))
    return spark / "archives" / f"{place}-{content}.jsa"


def _java(java_home: str | None) -> Path | None:
    home = java_home or os.environ.get("JAVA_HOME")
    found = Path(home) / "bin" / "java" if home else shutil.which("java")
    return Path(found) if found else None


def _spark() -> Path | None:
    if given := os.environ.get("SPARK_HOME"):
        return Path(given)
    found = importlib.util.find_spec("pyspark")
    return Path(found.origin).parent if found and found.origin else None


def begin(java_home: str | None) -> subprocess.Popen[bytes] | None:
    """Start to make the archive, unless there is one, in a process group of its own with the lowest priority."""
    made = archive(java_home)
    if made is None or made.exists():
        return None
    return subprocess.Popen(
        command(),
        env=os.environ | ({"JAVA_HOME": java_home} if java_home else {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        process_group=0,
    )


def command() -> list[str]:
    """This program, with the lowest priority."""
    return [sys.executable, "-m", "dataops.local_aws.glue.class_archive", IN_BACKGROUND]


def end(making: subprocess.Popen[bytes] | None) -> None:
    """End the making, if it has not ended; a later one begins again."""
    if making and making.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(making.pid, signal.SIGKILL)
        making.wait()


def make(java_home: str | None) -> None:
    """Make the archive, unless there is one. What another process makes at the same time is as good."""
    made = archive(java_home)
    if made is None or made.exists():
        return
    try:
        made.parent.mkdir(exist_ok=True)
        _remove_what_killed_processes_left(made.parent)
        with tempfile.TemporaryDirectory(dir=made.parent) as folder:
            written = Path(folder) / made.name
            if _trained(written, java_home):
                # A Java that can make none would be asked again and again: an empty file says so.
                written.touch()
                written.replace(made)
    except (OSError, subprocess.TimeoutExpired):
        # A folder of somebody else, a full disk, a busy machine: Spark starts without it.
        return
    for other in made.parent.glob(f"{made.name.partition('-')[0]}-*.jsa"):
        if other != made:
            other.unlink(missing_ok=True)


def _remove_what_killed_processes_left(folder: Path) -> None:
    for left in folder.iterdir():
        if left.is_dir() and time.time() - left.stat().st_mtime > 2 * TRAINING_SECONDS:
            shutil.rmtree(left, ignore_errors=True)


def _trained(written: Path, java_home: str | None) -> bool:
    """Let Spark do what every job does; Java writes the classes that it used when it ends."""
    options = shlex.join([f"-XX:ArchiveClassesAtExit={written}", SILENT, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"])
    settings = {"spark.driver.extraJavaOptions": options, "spark.master": "local[2]", "spark.ui.enabled": "false"}
    words = [word for name, value in settings.items() for word in ("--conf", f"{name}={value}")]
    changes = {
        "PYSPARK_SUBMIT_ARGS": shlex.join([*words, "pyspark-shell"]),
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_CONF_DIR": str(written.parent / "none"),
        "SPARK_LOCAL_IP": "127.0.0.1",
    }
    changes |= {"JAVA_HOME": java_home} if java_home else {}
    # Its output ends when Java has ended, which is later than Python.
    done = subprocess.run(
        [sys.executable, "-P", PROCESS, "training"],
        env=os.environ | changes,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=TRAINING_SECONDS,
        check=False,
    )
    return done.returncode == 0


if __name__ == "__main__":
    if IN_BACKGROUND in sys.argv:
        os.nice(19)
    make(None)
    print(submit_arguments(None))
