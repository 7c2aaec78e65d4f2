"""The keys of the ledger's rows. They are composed and read here and nowhere else.

Terraform and IAM know the table only, no key: a right holds for all rows.
"""

RUN = "run/"
# An attribute of this name holds, for one topic, whether a notification was sent.
NOTICE = "notice_"


def version_row(bucket: str, key: str, version: str) -> str:
    """One version of an uploaded file."""
    return f"{bucket}/{key}@{version}"


def newest_row(bucket: str, key: str) -> str:
    """Which version of a file is the newest."""
    return f"key/{bucket}/{key}"


def dataset_row(dataset: str) -> str:
    """A dataset's crawls, listing, drift and newest publication."""
    return f"dataset/{dataset}"


def drift_row(dataset: str) -> str:
    """The notifications about a dataset's drift: the start of a crawl leaves them alone."""
    return f"drift/{dataset}"


def run_row(run: str) -> str:
    """A run."""
    return f"{RUN}{run}"


def is_run(row: str) -> bool:
    """Whether a row is one of a run."""
    return row.startswith(RUN)


def run_of_row(row: str) -> str:
    """The run whose row it is."""
    return row.removeprefix(RUN)


def open_runs_of(dataset: str) -> str:
    """What the runs of a dataset that are not closed are called in the index `open`; files have the dataset's name."""
    return f"{dataset}/runs"


def day_row(day: str, dataset: str) -> str:
    """The runs of a dataset that ended on a day."""
    return f"day/{day}/{dataset}"


def told_row(topic: str) -> str:
    """When a topic, given by its hash, last got a notification of each kind."""
    return f"told/{topic}"


def alarm_row(name: str, time: str) -> str:
    """One change of an alarm's state."""
    return f"alarm/{name}/{time}"


def budget_row(text: str) -> str:
    """One notification of a budget, given by the hash of its text."""
    return f"budget/{text}"


def message_row(identity: str) -> str:
    """A message of SNS that is neither an alarm nor a budget."""
    return f"message/{identity}"


def digest_row(day: str) -> str:
    """The digest of a day."""
    return f"digest/{day}"


def execution_row(execution: str, attempt: int) -> str:
    """One attempt of an execution of the pipeline."""
    return f"execution/{execution}/{attempt}"


def action_row(execution: str) -> str:
    """One execution of an action of the pipeline."""
    return f"action/{execution}"


def build_row(build: str) -> str:
    """A build of CodeBuild."""
    return f"build/{build}"


def event_row(identity: str) -> str:
    """An event of CodeCommit."""
    return f"event/{identity}"
