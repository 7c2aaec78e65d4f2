"""Tests that follow each section of the runbook literally: inject its fault, show it, fix it, and prove the fix."""

import os
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from notifications.messages.alarm_reason import reason_in_words

from dataops.acceptance.platform.accounting import books_of, unaccounted
from dataops.acceptance.platform.project_copy import run, run_platform
from dataops.acceptance.platform.runbook import Section, Shell, sections_of
from dataops.acceptance.platform.running_project import RunningProject
from dataops.local_run.made_up_rows import made_up_file
from dataops.local_run.scene import Scene
from dataops.project import PROJECT

SECTIONS = sections_of(PROJECT / "docs" / "runbook.md")
QUARTER_OF_AN_HOUR = 900
MOST_WAITS = 12
DAY = 86_400
Act = Callable[[RunningProject, str], None]


@dataclass(frozen=True)
class Case:
    """The expected output of `see` and of `prove`, and the actions before and between the commands."""

    seen: str
    proven: str
    first: Callable[[RunningProject], None] = lambda project: None
    before_fix: Act = lambda project, dataset: None
    after_fix: Act = lambda project, dataset: None


def deploy(project: RunningProject, dataset: str) -> None:
    """Deploy: on this machine with `make local`."""
    done = run_platform(project.folder)
    assert done.code == 0, done.said


def get_the_file(project: RunningProject, dataset: str) -> None:
    """Upload today's file, as the sender of the data would."""
    (project.folder / "today.csv").write_bytes(made_up_file(project.settings["datasets"][dataset], good=3))


def correct_the_file(project: RunningProject, dataset: str) -> None:
    """Whoever sends the data has corrected the file."""
    (project.folder / "bad.csv").write_bytes(made_up_file(project.settings["datasets"][dataset], good=20))


def bring_data_in_time(project: RunningProject) -> None:
    """Upload a file for every dataset that is expected."""
    for dataset, watched in project.settings["monitoring"]["datasets"].items():
        if watched.get("expected_seconds"):
            upload_good_rows(project, dataset)


def upload_good_rows(project: RunningProject, dataset: str) -> None:
    """Upload the next valid file."""
    file = project.upload(f"{dataset}/next file.csv", made_up_file(project.settings["datasets"][dataset], good=20))
    project.wait_for("DONE", file)


def give_larger_workers(project: RunningProject, dataset: str) -> None:
    """Set another `worker_type` in project.yaml, deploy it, and upload the next file."""
    path = project.folder / "project.yaml"
    settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    settings["environments"][0]["worker_type"] = "G.2X"
    path.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    deploy(project, dataset)
    pass_time(project)
    upload_good_rows(project, dataset)


# The proof looks at the alarm too.
OVER = r"^OK: \S+ is over"
CASES = {
    "dead-letters": Case(seen="This is not an upload", proven=OVER),
    "old-messages": Case(seen="Disabled", proven=OVER),
    "files-waiting": Case(seen="DISABLED", proven=OVER),
    "data-late": Case(seen=r"hours=\d\d", proven=f"DONE.*{OVER}", first=bring_data_in_time, before_fix=get_the_file),
    "crawl-failing": Case(seen="AccessDenied.*-nowhere/", proven=OVER, before_fix=deploy),
    "crawl-long": Case(seen="RUNNING", proven=OVER),
    "runs-failed": Case(seen="all-rows-bad: none of 20 rows", proven=f"DONE.*{OVER}", before_fix=correct_the_file),
    "runs-timed-out": Case(seen="TIMEOUT", proven=OVER),
    "run-slow": Case(seen=r"longest=18\d\d", proven=OVER, after_fix=upload_good_rows),
    "rows-unusual": Case(seen="rows=10", proven=f"next file.csv.*{OVER}", after_fix=upload_good_rows),
    "rows-quarantined": Case(seen="quarantined=70", proven=f'"quarantined": 0.*{OVER}', after_fix=upload_good_rows),
    "job-memory": Case(seen="G.1X", proven=OVER, after_fix=give_larger_workers),
    "lambda-errors": Case(seen="LEDGER_TABLE", proven=OVER, before_fix=deploy),
    "lambda-slow": Case(seen="longest=300000", proven=OVER),
    "lambda-throttled": Case(seen=r"^0$", proven=OVER),
    "endpoint-unreachable": Case(seen="connections-checked", proven=OVER, before_fix=deploy),
    "connection-unreachable": Case(seen="connections-checked.*warehouse", proven=OVER, before_fix=deploy),
    "connections-rejected": Case(seen="dstAddr=203.0.113.7", proven=OVER),
    "notifications-failed": Case(seen="data-team@example.com", proven=f"MessageId.*{OVER}"),
    "notify-failing": Case(seen="LEDGER_TABLE", proven=f"MessageId.*{OVER}", before_fix=deploy),
}

# Exercises that leave a message, a file, a time, a crawl or a broken Lambda, if nobody fixes them.
LEFT_OPEN = (
    *("dead-letters", "old-messages", "files-waiting", "data-late", "crawl-failing", "crawl-long", "lambda-errors"),
    "connection-unreachable",
)


@pytest.fixture
def shell(chain: RunningProject) -> Iterator[Shell]:
    """A person's shell in the project's folder, with the environment's names."""
    programs = Path(sys.executable).parent
    environment = {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "VENV": str(programs.parent), "YES": "1"}
    opened = Shell(chain.folder, environment | {name: os.environ[name] for name in ("HOME",) if name in os.environ})
    opened.type(f'eval "$(make --no-print-directory names ENV={chain.environment})"')
    # Version 1 of the command line, the one that Python packages hold, asks for queues at AWS unless each call says no.
    # `make names` refuses it: this function takes the place of the one that says so.
    opened.type('aws() { command aws --endpoint-url "$AWS_ENDPOINT_URL" "$@"; }')
    yield opened
    opened.close()


def ringing(project: RunningProject, section: str) -> dict[str, str]:
    """Return the active alarms of a section, and the reasons."""
    found = Scene(project.platform, project.settings, section).ringing()
    return {alarm["AlarmName"]: reason_in_words(section, alarm["StateReason"]) for alarm in found}


def pass_time(project: RunningProject, seconds: float = QUARTER_OF_AN_HOUR) -> None:
    """Wait until nothing runs, then let time pass: the sweeps run, and alarms are evaluated."""
    project.wait("nothing at work", lambda: not project.ask("status")["busy"])
    project.ask("pass", seconds=seconds)
    project.ask("look")


def come_to_rest(project: RunningProject, section: str) -> None:
    """Wait, longer each time, until earlier faults are over: an alarm about a day needs another day."""
    for number in range(MOST_WAITS):
        if not ringing(project, section):
            return
        pass_time(project, min(DAY, QUARTER_OF_AN_HOUR * 2**number))
    raise AssertionError(f"After {MOST_WAITS} waits of up to a day still ringing: {ringing(project, section)}")


def proven(shell: Shell, project: RunningProject, section: Section, pattern: str) -> str:
    """Return the output of the proof, if necessary a quarter of an hour later."""
    said = ""
    for number in range(MOST_WAITS):
        code, said = shell.ask("\n".join(section.prove))
        if code == 0 and re.search(pattern, said, re.MULTILINE | re.DOTALL):
            return said
        # The alarm of a day needs a day.
        pass_time(project, min(DAY, QUARTER_OF_AN_HOUR * 2**number))
    raise AssertionError(f"{section.prove} never said {pattern}, but: {said}")


def test_every_section_is_done() -> None:
    assert list(CASES) == list(SECTIONS)
    assert [name for name, section in SECTIONS.items() if not section.see or not section.prove] == []


def provoke(project: RunningProject, *words: str) -> str:
    """Return the output of `make provoke`."""
    done = run(project.folder, "-m", "dataops", "provoke", "--environment", project.environment, *words)
    assert done.code == 0, done.said
    return done.said


def every_active_alarm(project: RunningProject) -> set[str]:
    found = Scene(project.platform, project.settings, "").all_alarms()
    return {alarm["AlarmName"] for alarm in found if alarm["StateValue"] == "ALARM"}


def stored_keys(project: RunningProject) -> set[str]:
    buckets = [project.settings["buckets"][purpose] for purpose in ("input", "output", "quarantine")]
    return {key for bucket in buckets for key in project.stored(bucket, "")}


def of_the_team(project: RunningProject) -> set[str]:
    """Every file, published row, report and ledger line of the team's datasets."""
    exercised = project.names["canary"]
    team = {*project.settings["datasets"]} - {exercised}
    rows = {row["file"] for row in project.rows() if row.get("dataset") in team}
    return rows | {key for key in stored_keys(project) if exercised not in key.split("/")}


def of_exercises(project: RunningProject) -> set[str]:
    """Every file, row, report, ledger line and alarm that an exercise has made."""
    exercised = project.names["canary"]
    rows = {row["file"] for row in project.rows() if row.get("dataset") == exercised}
    names = {alarm["AlarmName"] for alarm in Scene(project.platform, project.settings, "").all_alarms()}
    keys = {key for key in stored_keys(project) if exercised in key.split("/")}
    return rows | keys | {name for name in names if "-exercise-" in name}


@pytest.mark.parametrize("name", CASES)
def test_what_makes_the_alarm_ring_is_shown_and_fixed(chain: RunningProject, shell: Shell, name: str) -> None:
    case, section = CASES[name], SECTIONS[name]
    # The faults of earlier sections are not part of this day's metrics and logs.
    pass_time(chain, DAY)
    case.first(chain)
    come_to_rest(chain, name)
    before, active = of_the_team(chain), every_active_alarm(chain)

    said = provoke(chain, name)

    assert re.search(f"^{chain.prefix}\\S* rings: ", said, re.MULTILINE), said
    # One whose period has ended since is over.
    assert all(f"{alarm} rings: {reason}" in said for alarm, reason in ringing(chain, name).items())
    assert re.search("^Notified: .*data-team@example.com$", said, re.MULTILINE), said
    announced = re.findall(r"^(?:Will be active|Active too,[^:]*): (.+)\.$", said, re.MULTILINE)
    assert every_active_alarm(chain) - active <= {alarm for line in announced for alarm in line.split(", ")}, said
    (dataset,) = re.findall(r"export DATASET=(\S+)", said)
    shell.type(f"export DATASET={dataset}")
    seen = "".join(shell.type(block) for block in section.see)
    assert re.search(case.seen, seen, re.MULTILINE | re.DOTALL), seen
    case.before_fix(chain, dataset)
    for block in section.fix:
        shell.type(block)
    case.after_fix(chain, dataset)
    proven(shell, chain, section, case.proven)
    assert of_the_team(chain) == before
    provoke(chain, "--undo")
    assert (of_exercises(chain), of_the_team(chain)) == (set(), before)
    come_to_rest(chain, name)


@pytest.mark.parametrize("name", LEFT_OPEN)
def test_an_exercise_that_nobody_fixes_can_be_taken_back(chain: RunningProject, name: str) -> None:
    pass_time(chain, DAY)
    CASES[name].first(chain)
    come_to_rest(chain, name)
    before = of_the_team(chain)

    said = provoke(chain, name)

    (correct,) = re.findall(r"FILE=(\S+)$", said, re.MULTILINE)
    assert (chain.folder / correct).is_file()
    for _ in range(2):
        provoke(chain, "--undo")
        assert not (chain.folder / correct).exists()
        assert (of_exercises(chain), of_the_team(chain)) == (set(), before)
    assert [chain.waiting_messages(queue) for queue in ("queue", "dead_letter_queue")] == [0, 0]
    come_to_rest(chain, name)


def test_after_all_that_every_file_and_row_is_accounted_for(chain: RunningProject) -> None:
    chain.wait_until_quiet()

    assert unaccounted(books_of(chain)) == []
