"""Links into the AWS console, in whichever partition the region is."""

from urllib.parse import quote

DOMAINS = {"us-gov-": "console.amazonaws-us-gov.com", "cn-": "console.amazonaws.cn"}


def _console(region: str) -> str:
    domain = next((domain for prefix, domain in DOMAINS.items() if region.startswith(prefix)), "console.aws.amazon.com")
    return f"https://{region}.{domain}"


def object_link(region: str, bucket: str, key: str) -> str:
    """The page of one object; it opens the object's text."""
    return f"{_console(region)}/s3/object/{bucket}?region={region}&prefix={quote(key, safe='')}"


def execution_link(region: str, pipeline: str, execution: str) -> str:
    """The page of one pipeline execution."""
    pipelines = f"{_console(region)}/codesuite/codepipeline/pipelines"
    return f"{pipelines}/{pipeline}/executions/{execution}/timeline?region={region}"


def pull_request_link(region: str, repository: str, number: str) -> str:
    """The page of one pull request."""
    return f"{_console(region)}/codesuite/codecommit/repositories/{repository}/pull-requests/{number}?region={region}"
