"""Where a notification comes from, and its pages in the AWS console."""

from dataclasses import dataclass
from urllib.parse import quote

from runtime.aws import full_name

HOSTS = {"cn-": "console.amazonaws.cn", "us-gov-": "console.amazonaws-us-gov.com"}


@dataclass(frozen=True)
class Origin:
    """An environment, or the pipeline: <slug>-<environment> and its region."""

    prefix: str
    region: str

    @property
    def environment(self) -> str:
        """The name in project.yaml, which has no hyphen."""
        return self.prefix.rpartition("-")[2]

    def job_run(self, dataset: str, job_run: str) -> str:
        """Return the address of a run of a dataset's job, with its log and its metrics."""
        return self._console("gluestudio/home", f"#/job/{full_name(self.prefix, dataset)}/run/{job_run}")

    def crawler(self, dataset: str) -> str:
        """Return the address of a dataset's crawler, with its crawls and their logs."""
        return self._console("glue/home", f"#/v2/data-catalog/crawlers/view/{full_name(self.prefix, dataset)}")

    def stored_object(self, bucket: str, key: str) -> str:
        """Return the address of one object of a bucket."""
        return f"{self._console(f's3/object/{bucket}')}&prefix={quote(key)}"

    def pull_request(self, repository: str, number: str) -> str:
        """Return the address of a pull request of a CodeCommit repository."""
        return self._console(f"codesuite/codecommit/repositories/{repository}/pull-requests/{number}")

    def alarm(self, name: str) -> str:
        """Return the address of an alarm and its metric."""
        return self._console("cloudwatch/home", f"#alarmsV2:alarm/{quote(name)}")

    def execution(self, pipeline: str, execution: str) -> str:
        """Return the address of one execution of a pipeline."""
        return self._console(f"codesuite/codepipeline/pipelines/{pipeline}/executions/{execution}/timeline")

    def commits(self, repository: str) -> str:
        """Return the address of the newest commits of a CodeCommit repository."""
        return self._console(f"codesuite/codecommit/repositories/{repository}/commits")

    def _console(self, page: str, part: str = "") -> str:
        host = next((host for start, host in HOSTS.items() if self.region.startswith(start)), "console.aws.amazon.com")
        return f"https://{self.region}.{host}/{page}?region={self.region}{part}"
