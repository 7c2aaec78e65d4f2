"""Tests of the text of every kind of notification, each read as a whole in a mail."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from notifications.message import NOTHING, Message
from notifications.message_form import as_text
from notifications.messages.alarm import alarm_rings, budget_reached, unknown
from notifications.messages.crawl import crawl_failed, crawler_stuck
from notifications.messages.digest import daily_digest
from notifications.messages.drift import drift_found
from notifications.messages.pipeline import (
    approval_needed,
    approval_refused,
    approval_waits,
    build_failed,
    delivered,
    infrastructure_drift,
    pipeline_failed,
    pipeline_started,
    stopped,
)
from notifications.messages.repository import changed_directly, request_approved, request_opened, request_overridden
from notifications.messages.run import run_failed, run_published
from notifications.messages.upload import file_refused
from notifications.origin import Origin

PROJECT = Path(__file__).parents[1]
PROD, PIPELINE = Origin("acme-prod", "eu-west-1"), Origin("acme-pipeline", "eu-west-1")
CONSOLE = "https://eu-west-1.console.aws.amazon.com"
EXECUTION = f"{CONSOLE}/codesuite/codepipeline/pipelines/acme-pipeline/executions/e-1/timeline?region=eu-west-1"
REQUEST = f"{CONSOLE}/codesuite/codecommit/repositories/acme/pull-requests/7?region=eu-west-1"
ANNA = "arn:aws:sts::111111111111:assumed-role/Developers/anna"
RUN = {"name": "b1-1", "job_run": "jr_1", "report": ("acme-output", "_reports/orders/b1-1.json")}
GOOD: dict[str, Any] = {"key": "orders/a.csv", "file_reason": None, "quarantined": 0, "reasons": {}}
BAD = {"key": "orders/b.csv", "file_reason": None, "quarantined": 2, "reasons": {"missing:id": 1, "not-a-date:day": 1}}
REFUSED = {"key": "orders/c.csv", "file_reason": "encoding", "quarantined": 0, "reasons": {}}
COUNTS = {"rows_in": 1_200, "published": 1_195, "quarantined": 2, "duplicates": 3}
FAILURE: dict[str, Any] = {"reason": "too-many-bad-rows: 6 of 10 rows.", "waiting": 2, "dead": 0, "dead_files": []}
ALARM = {
    "AlarmName": "acme-prod-uploads-dead-letters",
    "AlarmDescription": "A message could not be processed. What to do: docs/runbook.md, Dead letters.",
    "NewStateValue": "ALARM",
    "NewStateReason": "1 datapoint [3.0] was greater than the threshold (0.0).",
    "StateChangeTime": "2026-03-01T12:34:56.789+0000",
}
BUDGET = """AWS Budget Notification March 01, 2026

Dear AWS Customer, …

Budget Name: acme-prod
Budget Type: Cost
Budgeted Amount: $100.00
Alert Type: ACTUAL
Alert Threshold: > $80.00
ACTUAL Amount: $85.12
"""
MESSAGES: dict[str, tuple[Message, str]] = {
    "run succeeded": (
        run_published(PROD, "orders", RUN, {"files": [GOOD]} | COUNTS | {"quarantined": 0}),
        f"""acme-prod orders: published

Run b1-1 published 1,195 of 1,200 rows from 1 file: 0 quarantined, 3 duplicates.

What to do next:
Nothing: this is how it should be.

Where to look:
run and log: {CONSOLE}/gluestudio/home?region=eu-west-1#/job/acme-prod-orders/run/jr_1
report: {CONSOLE}/s3/object/acme-output?region=eu-west-1&prefix=_reports/orders/b1-1.json""",
    ),
    "rows quarantined": (
        run_published(PROD, "orders", RUN, {"files": [GOOD, BAD, REFUSED]} | COUNTS),
        f"""acme-prod orders: published, 2 rows quarantined

Run b1-1 published 1,195 of 1,200 rows from 3 files: 2 quarantined, 3 duplicates.
Not published, or only in part:
orders/b.csv: 2 rows quarantined (missing:id 1, not-a-date:day 1)
orders/c.csv: encoding

What to do next:
See each quarantined row with its reason: make where FILE="orders/b.csv" ENV=prod
Fix the source and upload the file again: docs/runbook.md, "Rows quarantined".

Where to look:
run and log: {CONSOLE}/gluestudio/home?region=eu-west-1#/job/acme-prod-orders/run/jr_1
report: {CONSOLE}/s3/object/acme-output?region=eu-west-1&prefix=_reports/orders/b1-1.json""",
    ),
    "rows quarantined, a file at sight": (
        file_refused(
            PROD,
            "orders",
            {"bucket": "acme-input", "key": "orders/a:b.csv", "file": "acme-input/orders/a:b.csv@v1"}
            | {"version_id": "v1", "reason": "unreadable-name"},
        ),
        f"""acme-prod orders: file quarantined: unreadable-name

orders/a:b.csv, version v1, was quarantined as a whole: unreadable-name. Its name has a colon, which no job can open.

What to do next:
Upload it again under a name without a colon.

Where to look:
file: {CONSOLE}/s3/object/acme-input?region=eu-west-1&prefix=orders/a%3Ab.csv""",
    ),
    "run failed": (
        run_failed(PROD, "orders", RUN, FAILURE),
        f"""acme-prod orders: run failed [act today]

Run b1-1 failed: too-many-bad-rows: 6 of 10 rows. It published nothing.
2 files will be retried within 15 minutes.

What to do next:
What to do about each reason: docs/runbook.md, "Runs failed".

Where to look:
run and log: {CONSOLE}/gluestudio/home?region=eu-west-1#/job/acme-prod-orders/run/jr_1
report: {CONSOLE}/s3/object/acme-output?region=eu-west-1&prefix=_reports/orders/b1-1.json""",
    ),
    "run failed, files given up": (
        run_failed(
            PROD, "orders", RUN | {"job_run": None}, FAILURE | {"waiting": 0, "dead": 2, "dead_files": ["orders/a.csv"]}
        ),
        f"""acme-prod orders: run failed, 2 files given up [act today]

Run b1-1 failed: too-many-bad-rows: 6 of 10 rows. It published nothing.
2 files given up (DEAD), because every attempt failed:
orders/a.csv
and 1 more file

What to do next:
What to do about each reason: docs/runbook.md, "Runs failed".
Then upload the files that were given up again. A new version counts as a new file.

Where to look:
report: {CONSOLE}/s3/object/acme-output?region=eu-west-1&prefix=_reports/orders/b1-1.json""",
    ),
    "run failed, files given up at once": (
        run_failed(
            PROD,
            "orders",
            RUN | {"job_run": None},
            FAILURE | {"waiting": 0, "dead": 2, "lasting": True, "dead_files": ["orders/a.csv"]},
        ),
        f"""acme-prod orders: run failed, 2 files given up [act today]

Run b1-1 failed: too-many-bad-rows: 6 of 10 rows. It published nothing.
2 files given up (DEAD), because another attempt would fail in the same way:
orders/a.csv
and 1 more file

What to do next:
What to do about each reason: docs/runbook.md, "Runs failed".
Then upload the files that were given up again. A new version counts as a new file.

Where to look:
report: {CONSOLE}/s3/object/acme-output?region=eu-west-1&prefix=_reports/orders/b1-1.json""",
    ),
    "crawl failed": (
        crawl_failed(PROD, "orders"),
        f"""acme-prod orders: crawl failed [act today]

The crawler acme-prod-orders failed. No file is lost: all wait, and the next upload or sweep starts the crawler again.

What to do next:
Fix the error in its log: docs/runbook.md, "Crawl failing".
Then start it: aws glue start-crawler --name acme-prod-orders

Where to look:
crawler and log: {CONSOLE}/glue/home?region=eu-west-1#/v2/data-catalog/crawlers/view/acme-prod-orders""",
    ),
    "crawl failed, no progress": (
        crawler_stuck(PROD, "orders"),
        f"""acme-prod orders: crawler makes no progress [act today]

The same files waited before and after two crawls of acme-prod-orders. It is not started again until a new file arrives.

What to do next:
Fix the error in its log: docs/runbook.md, "Crawl failing".
Then start it: aws glue start-crawler --name acme-prod-orders

Where to look:
crawler and log: {CONSOLE}/glue/home?region=eu-west-1#/v2/data-catalog/crawlers/view/acme-prod-orders""",
    ),
    "drift found": (
        drift_found(PROD, "orders", ("added:web", "missing:note"), stops=False),
        f"""acme-prod orders: drift

The columns of the files differ from project.yaml:
added:web
missing:note
The run continues: the job reads the declared columns, and its report lists the result for each file.

What to do next:
What each difference means: docs/data-path.md, "Drift".

Where to look:
crawler: {CONSOLE}/glue/home?region=eu-west-1#/v2/data-catalog/crawlers/view/acme-prod-orders""",
    ),
    "drift found, files wait": (
        drift_found(PROD, "orders", ("added:web",), stops=True),
        f"""acme-prod orders: drift, files wait [act today]

The columns of the files differ from project.yaml:
added:web
No run starts, because on_drift is stop. No file is lost: all wait.

What to do next:
Either change the columns in project.yaml and deploy,
or remove the file and start the crawler: aws glue start-crawler --name acme-prod-orders
The run starts automatically within 15 minutes after both agree.

Where to look:
crawler: {CONSOLE}/glue/home?region=eu-west-1#/v2/data-catalog/crawlers/view/acme-prod-orders""",
    ),
    "daily digest": (
        daily_digest(
            PROD,
            "2026-03-01",
            {"orders": [{"state": "PUBLISHED"} | COUNTS, {"state": "FAILED"}]},
            {"customers": "late, last published 2026-02-27 06:10 UTC, expected every 24 hours"},
        ),
        """acme-prod: 2026-03-01: 2 runs, 1,195 rows published, 2 quarantined, 1 dataset late

orders: 2 runs, 1 of them failed; 1,200 rows in = 1,195 published + 2 quarantined + 3 duplicates
customers: late, last published 2026-02-27 06:10 UTC, expected every 24 hours

What to do next:
What to do about each failure: docs/runbook.md, "Runs failed".
Fix the source of the quarantined rows: docs/runbook.md, "Rows quarantined".
Ask the source why no data came: docs/runbook.md, "Data late".""",
    ),
    "dead letters": (
        alarm_rings(PROD, ALARM),
        f"""acme-prod: alarm: uploads dead letters [act today]

A message could not be processed.
ALARM since 2026-03-01 12:34 UTC: 1 datapoint [3.0] was greater than the threshold (0.0).

What to do next:
docs/runbook.md, Dead letters.

Where to look:
alarm: {CONSOLE}/cloudwatch/home?region=eu-west-1#alarmsV2:alarm/acme-prod-uploads-dead-letters""",
    ),
    "data late": (
        alarm_rings(PROD, ALARM | {"AlarmName": "acme-prod-orders-late", "NewStateValue": "OK"}),
        f"""acme-prod: over: orders late

It is over. It meant:
A message could not be processed.
OK since 2026-03-01 12:34 UTC: 1 datapoint [3.0] was greater than the threshold (0.0).

What to do next:
Nothing.

Where to look:
alarm: {CONSOLE}/cloudwatch/home?region=eu-west-1#alarmsV2:alarm/acme-prod-orders-late""",
    ),
    "alarm": (
        alarm_rings(PROD, ALARM | {"AlarmName": "acme-prod-sweep-errors", "AlarmDescription": None}),
        f"""acme-prod: alarm: sweep errors [act today]

ALARM since 2026-03-01 12:34 UTC: 1 datapoint [3.0] was greater than the threshold (0.0).

What to do next:
docs/runbook.md has a section for each alarm.

Where to look:
alarm: {CONSOLE}/cloudwatch/home?region=eu-west-1#alarmsV2:alarm/acme-prod-sweep-errors""",
    ),
    "alarm, a service's own words": (
        unknown(PROD, "Hello", "something\nnobody thought of"),
        """acme-prod: Hello

something
nobody thought of

What to do next:
Check the account. docs/runbook.md has no section about this.""",
    ),
    "budget": (
        budget_reached(PROD, BUDGET),
        """acme-prod: $85.12 of $100.00 spent this month

The cost of acme-prod has reached $85.12 of $100.00 this month.

What to do next:
See what costs most, by its tags, in AWS Cost Explorer; fewer workers and shorter runs save most.""",
    ),
    "budget, forecast": (
        budget_reached(PROD, BUDGET.replace("ACTUAL", "FORECASTED").replace("85.12", "120.00")),
        """acme-prod: $120.00 of $100.00 forecast this month

The cost of acme-prod is forecast to reach $120.00 of $100.00 this month.

What to do next:
See what costs most, by its tags, in AWS Cost Explorer; fewer workers and shorter runs save most.""",
    ),
    "pipeline started": (
        pipeline_started(PIPELINE, "e-1"),
        f"""acme-pipeline: a delivery started

The pipeline delivers a change to one environment after the other.

What to do next:
Nothing. Approvers are notified when a plan waits for them.

Where to look:
pipeline: {EXECUTION}""",
    ),
    "approval needed, a reminder": (
        approval_waits(PIPELINE, "e-1", "prod", 2220, 2100),
        f"""acme-pipeline: the plan for prod still waits for approval

The plan for prod has waited for 37 hours.
Later merges wait behind it.

What to do next:
Read the plan, then approve or reject it in the pipeline. Exactly this plan is applied.
Without an answer it is rejected in 35 hours.

Where to look:
pipeline: {EXECUTION}""",
    ),
    "pipeline failed, not approved": (
        approval_refused(PIPELINE, "e-1", "prod", "arn:aws:sts::1:assumed-role/Architects/bea", "Not on a Friday."),
        f"""acme-pipeline: the plan for prod is not approved

bea (Architects) rejected it: Not on a Friday.
prod and later environments did not change.

What to do next:
Change it with a pull request. The next delivery makes a new plan, so nothing is lost.

Where to look:
pipeline: {EXECUTION}""",
    ),
    "pipeline failed, a build": (
        pipeline_failed(PIPELINE, "e-1", "dev", "Smoke", "Build terminated with state: FAILED", "https://log"),
        f"""acme-pipeline: dev: Smoke failed

Smoke of dev failed: Build terminated with state: FAILED
Later environments did not change.

What to do next:
Read the cause in the build's log.
Then retry the stage, or fix it with a pull request: docs/delivery.md.

Where to look:
log: https://log
pipeline: {EXECUTION}""",
    ),
    "pipeline failed, a closed window": (
        pipeline_failed(PIPELINE, "e-1", "", "", "", ""),
        f"""acme-pipeline: a delivery stopped

A stage failed before its first action: its deploy window was not open.
Later environments did not change.

What to do next:
See in the pipeline where it stopped.
Then retry the stage, or fix it with a pull request: docs/delivery.md.

Where to look:
pipeline: {EXECUTION}""",
    ),
    "alarm, a build of no delivery": (
        build_failed(PIPELINE, "acme-pipeline-drift", "FAULT", "https://log"),
        """acme-pipeline: build drift fault

The build acme-pipeline-drift ended as FAULT, so its check was not done.

What to do next:
Read the cause in its log, fix it, and start the build again.

Where to look:
log: https://log""",
    ),
    "alarm, a branch": (
        changed_directly(PIPELINE, ANNA, "acme", "main", "1a2b3c4d5e6f7"),
        f"""acme-pipeline: main was changed without a pull request

anna (Developers) changed main without a pull request. It is at commit 1a2b3c4d5e6f now.

What to do next:
Ask why. If nobody approved it, reject the delivery that it started, and revert it with a pull request.

Where to look:
commits: {CONSOLE}/codesuite/codecommit/repositories/acme/commits?region=eu-west-1""",
    ),
    "pull request opened": (
        request_opened(PIPELINE, ANNA, "acme", "7", "Take late orders"),
        f"""acme-pipeline: pull request opened: 7

anna (Developers) opened pull request 7, Take late orders.

What to do next:
Review it, then approve it or comment on what is missing.

Where to look:
pull request: {REQUEST}""",
    ),
    "pull request approved": (
        request_approved(PIPELINE, ANNA, "acme", "7", ""),
        f"""acme-pipeline: pull request approved: 7

anna (Developers) approved pull request 7.

What to do next:
Merge it when it has all required approvals.

Where to look:
pull request: {REQUEST}""",
    ),
    "pull request overridden": (
        request_overridden(PIPELINE, ANNA, "acme", "7", "Take late orders"),
        f"""acme-pipeline: pull request overridden: 7

anna (Developers) overrode the required approvals of pull request 7, Take late orders.

What to do next:
Ask why. Until the rule is restored, the pull request can be merged without approvals.

Where to look:
pull request: {REQUEST}""",
    ),
    "approval needed": (
        approval_needed(PIPELINE, "e-1", "prod", ["prod: 1 to add", "Commit 012, digest 89a"], "https://plan", 4320),
        f"""acme-pipeline: the plan for prod waits for approval

The plan would change in prod:
prod: 1 to add
Commit 012, digest 89a

What to do next:
Read the plan, then approve or reject it in the pipeline. Exactly this plan is applied.
Without an answer it is rejected after 3 days.

Where to look:
plan: https://plan
pipeline: {CONSOLE}/codesuite/codepipeline/pipelines/acme-pipeline/executions/e-1/timeline?region=eu-west-1""",
    ),
    "pipeline succeeded": (
        delivered(
            PIPELINE, "e-1", "0123456789abcdef", ["dev: a -> b.", "prod: a -> b."], {"what changed in dev": "https://d"}
        ),
        f"""acme-pipeline: 0123456789ab is delivered

dev: a -> b.
prod: a -> b.

What to do next:
Nothing: this is how it should be.

Where to look:
what changed in dev: https://d
pipeline: {CONSOLE}/codesuite/codepipeline/pipelines/acme-pipeline/executions/e-1/timeline?region=eu-west-1""",
    ),
    "pipeline failed": (
        stopped(PIPELINE, "e-1", "The apply of dev stopped", "The state has moved on: plan again."),
        f"""acme-pipeline: The apply of dev stopped

The state has moved on: plan again.
Later environments did not change.

What to do next:
What to do in each case: docs/delivery.md, "When the apply refuses" and the sections after it.

Where to look:
pipeline: {CONSOLE}/codesuite/codepipeline/pipelines/acme-pipeline/executions/e-1/timeline?region=eu-west-1""",
    ),
    "drift found, in the infrastructure": (
        infrastructure_drift(PIPELINE, ["dev"], ["dev differs from what was applied."], ["Release it again."]),
        """acme-pipeline: drift in dev

dev differs from what was applied.

What to do next:
Release it again.""",
    ),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_a_mail_says_what_happened_where_to_look_and_what_to_do(name: str) -> None:
    message, text = MESSAGES[name]

    assert as_text(message) == text
    assert message.kinds[0] == name.partition(",")[0]


def test_every_kind_that_project_yaml_may_name_has_words() -> None:
    schema = json.loads((PROJECT / "project.schema.json").read_text(encoding="utf-8"))
    kinds = {kind for message, _ in MESSAGES.values() for kind in message.kinds}

    assert kinds - {"daily digest"} == set(schema["$defs"]["notification_kind"]["enum"])


def test_a_digest_asks_for_nothing_only_when_nothing_failed_was_refused_or_is_late() -> None:
    good = {"state": "PUBLISHED", "rows_in": 3, "published": 3, "quarantined": 0, "duplicates": 0}

    message = daily_digest(PROD, "2026-03-01", {"orders": [good]}, {})

    assert message.next_steps == [NOTHING]


def test_every_section_that_a_message_names_exists() -> None:
    named = {
        found
        for message, _ in MESSAGES.values()
        for found in re.findall(r'(docs/[\w-]+\.md), "([^"]+)"', "\n".join(message.next_steps))
    }
    headings = {
        (file, heading)
        for file, _ in named
        for heading in re.findall(r"^##+ (.+)$", (PROJECT / file).read_text(encoding="utf-8"), re.MULTILINE)
    }

    assert len(named) >= 6
    assert named <= headings


def test_a_run_that_refused_rows_is_also_a_run_that_succeeded() -> None:
    assert MESSAGES["rows quarantined"][0].kinds == ("rows quarantined", "run succeeded")


def test_a_file_that_was_deleted_is_notified_as_it_happens_and_is_no_quarantine() -> None:
    message = run_published(PROD, "orders", RUN, {"files": [GOOD | {"file_reason": "gone"}]})

    assert message.kinds == ("rows quarantined", "run succeeded")
    assert message.headline == "published, 1 file deleted before"
    assert "orders/a.csv: gone" in message.facts


def test_a_long_list_is_cut_and_counted() -> None:
    message = run_published(PROD, "orders", RUN, {"files": [REFUSED | {"key": f"{n}.csv"} for n in range(25)]})

    assert sum(": encoding" in fact for fact in message.facts) == 20
    assert message.facts[-1] == "and 5 more files"


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("eu-west-1", "eu-west-1.console.aws.amazon.com"),
        ("cn-north-1", "cn-north-1.console.amazonaws.cn"),
        ("us-gov-west-1", "us-gov-west-1.console.amazonaws-us-gov.com"),
    ],
)
def test_links_lead_into_the_console_of_the_region(region: str, host: str) -> None:
    assert Origin("acme-dev", region).alarm("a b").startswith(f"https://{host}/cloudwatch/home?region={region}#")
    assert Origin("acme-dev", region).alarm("a b").endswith("/a%20b")
