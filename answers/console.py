"""What a project's README says of the AWS console: the names of each environment, with their addresses."""

from typing import Any

from dataops.validation.project_rules import bucket_of

from answers import left_open

# lambda/notifications/origin.py of a project has the same hosts.
HOSTS = {"cn-": "console.amazonaws.cn", "us-gov-": "console.amazonaws-us-gov.com"}
HEAD = "| environment | account, region | upload to | query in Athena | watch |\n| --- | --- | --- | --- | --- |\n"


def names_in_the_console(settings: dict[str, Any]) -> str:
    """A table with a row for each environment, and a sentence about the pipeline; as Markdown."""
    rows = "\n".join(row(settings, environment) for environment in settings["environments"])
    first = settings["environments"][0]
    account = settings.get("delivery", {}).get("account", first["account"])
    name = f"{settings['slug']}-pipeline"
    address = page(settings["region"], f"codesuite/codepipeline/pipelines/{name}/view")
    return f"{HEAD}{rows}\n\nThe pipeline is [{name}]({address}), in {place(account, settings['region'])}."


def row(settings: dict[str, Any], environment: dict[str, Any]) -> str:
    """The names of one environment."""
    region = environment.get("region", settings["region"])
    prefix = f"{settings['slug']}-{environment['name']}"
    cells = [
        environment["name"],
        place(environment["account"], region),
        bucket(settings, environment, region),
        link(database(settings, environment), page(region, "athena/home", "#/query-editor")),
        link(prefix, page(region, "cloudwatch/home", f"#dashboards/dashboard/{prefix}")),
    ]
    return f"| {' | '.join(cells)} |"


def bucket(settings: dict[str, Any], environment: dict[str, Any], region: str) -> str:
    """The bucket for uploads, with its address once the account is known."""
    if left_open.is_account_open(environment["account"]):
        return "not decided yet"
    name = bucket_of(settings, environment, "input")
    return link(name, page(region, f"s3/buckets/{name}"))


def place(account: str, region: str) -> str:
    return f"{'account not decided yet' if left_open.is_account_open(account) else account}, {region}"


def database(settings: dict[str, Any], environment: dict[str, Any]) -> str:
    """The database of an environment in the Data Catalog; modules/project/name.tf composes it too."""
    return f"{settings['slug']}_{environment['name']}".replace("-", "_")


def link(text: str, address: str) -> str:
    return f"[{text}]({address})"


def page(region: str, path: str, part: str = "") -> str:
    """The address of a page of the console in a region."""
    host = next((host for start, host in HOSTS.items() if region.startswith(start)), "console.aws.amazon.com")
    return f"https://{region}.{host}/{path}?region={region}{part}"
