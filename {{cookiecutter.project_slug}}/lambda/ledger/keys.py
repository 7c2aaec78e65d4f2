"""The keys of the ledger's rows. They are composed and parsed in this module only.

Terraform and IAM know only the table, no key: a permission applies to all rows.
"""

RUN = "run/"
# An attribute of this name holds, for one topic, whether a notification was sent.
NOTIFICATION_FLAG = "notice_"


def version_row(bucket: str, key: str, version: str) -> str:
    """Return the key of one version of an uploaded file."""
    return f"{bucket}/{key}@{version}"


def newest_row(bucket: str, key: str) -> str:
    """Return the key of the row that names a file's newest version."""
    return f"key/{bucket}/{key}"


def dataset_row(dataset: str) -> str:
    """Return the key of a dataset's crawls, listing, drift and newest publication."""
    return f"dataset/{dataset}"


def drift_row(dataset: str) -> str:
    """Return the key of a drift's notifications, which the start of a crawl does not change."""
    return f"drift/{dataset}"


def run_row(run: str) -> str:
    """Return the key of a run."""
    return f"{RUN}{run}"


def is_run(row: str) -> bool:
    """Return whether a row is one of a run."""
    return row.startswith(RUN)


def run_of_row(row: str) -> str:
    """Return the run of a row."""
    return row.removeprefix(RUN)


def open_runs_of(dataset: str) -> str:
    """Return the name of a dataset's open runs in the index `open`; files have the dataset's name."""
    return f"{dataset}/runs"


def day_row(day: str, dataset: str) -> str:
    """Return the key of the runs of a dataset that ended on a day."""
    return f"day/{day}/{dataset}"


def topic_row(topic: str) -> str:
    """Return the key of the times at which a topic, given by its hash, last got each kind of notification."""
    return f"told/{topic}"


def alarm_row(name: str, time: str) -> str:
    """Return the key of one change of an alarm's state."""
    return f"alarm/{name}/{time}"


def budget_row(text: str) -> str:
    """Return the key of one notification of a budget, given by the hash of its text."""
    return f"budget/{text}"


def message_row(identity: str) -> str:
    """Return the key of an SNS message that is neither an alarm nor a budget."""
    return f"message/{identity}"


def digest_row(day: str) -> str:
    """Return the key of the digest of a day."""
    return f"digest/{day}"


def execution_row(execution: str, attempt: int) -> str:
    """Return the key of one attempt of an execution of the pipeline."""
    return f"execution/{execution}/{attempt}"


def action_row(execution: str) -> str:
    """Return the key of one execution of an action of the pipeline."""
    return f"action/{execution}"


def build_row(build: str) -> str:
    """Return the key of a build of CodeBuild."""
    return f"build/{build}"


def event_row(identity: str) -> str:
    """Return the key of an event of CodeCommit."""
    return f"event/{identity}"
