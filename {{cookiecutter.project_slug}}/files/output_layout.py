"""The folders of the output bucket besides those of the datasets: for the job and the Lambda functions.

Terraform and IAM have the same folders from `output_folders` in modules/project/name.tf; a test compares both.
"""

MANIFESTS = "_manifests"
REPORTS = "_reports"
COMMITS = "_commits"
STAGING = "_staging"


def manifest_key(dataset: str, run: str) -> str:
    """The files that a run reads."""
    return f"{MANIFESTS}/{dataset}/{run}.json"


def report_key(dataset: str, run: str) -> str:
    """The report of a run."""
    return f"{REPORTS}/{dataset}/{run}.json"


def commit_key(dataset: str, batch: str) -> str:
    """The object whose existence means that the batch is published."""
    return f"{COMMITS}/{dataset}/{batch}.json"


def staging_key(run: str) -> str:
    """The folder of the copies that a run reads; it is removed when the run ends."""
    return f"{STAGING}/{run}"
