"""The resources of one environment, as far as they cost something: from project.yaml, or counted in a plan."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

DPU = {"G.1X": 1, "G.2X": 2, "G.4X": 4, "G.8X": 8}
# The resources of modules/; a test counts them in a real plan.
ENDPOINTS, ENDPOINTS_FOR_DATABASES, ZONES, KEYS = 6, 1, 2, 1
# Each metric of an alarm is billed; an anomaly detection band counts as two more.
ALARMS, ALARMS_OF_A_NETWORK, ALARMS_FOR_DATABASES, ALARMS_OF_A_DATASET, ALARMS_OF_A_RHYTHM = 40, 1, 1, 7, 4
DASHBOARDS = 1


class Stack(NamedTuple):
    """One environment; `interfaces` counts an endpoint in each of its zones, `alarms` each metric of an alarm."""

    name: str
    region: str
    glue_version: str
    workers: int
    worker_type: str
    flex: bool
    interfaces: int
    keys: int
    secrets: int
    alarms: int
    dashboards: int
    datasets: tuple[str, ...]
    most_scanned: int = 0


def stack_of_settings(settings: dict[str, Any]) -> Stack:
    """Return the resources of an environment, from the outputs of modules/project."""
    entry, datasets = settings["environment"], sorted(settings["datasets"])
    endpoints = ENDPOINTS + (ENDPOINTS_FOR_DATABASES if entry["jdbc"] else 0)
    watched = len(datasets) - (settings["names"]["canary"] in datasets)
    return Stack(
        name=entry["name"],
        region=entry["region"],
        glue_version=settings["project"]["glue_version"],
        workers=entry["workers"],
        worker_type=entry["worker_type"],
        flex=entry["flex"],
        interfaces=0 if entry["network"]["vpc"] else endpoints * ZONES,
        keys=KEYS,
        secrets=len(entry["jdbc"]),
        alarms=alarms_of(settings, watched),
        dashboards=DASHBOARDS,
        datasets=tuple(datasets),
        most_scanned=settings["queries"]["most_scanned"],
    )


def alarms_of(settings: dict[str, Any], watched: int) -> int:
    """Return the number of metrics of alarms: of every environment, of its network and databases, of its datasets."""
    entry = settings["environment"]
    rhythms = sum(bool(each["expected_seconds"]) for each in settings["monitoring"]["datasets"].values())
    own = ALARMS + (0 if entry["network"]["vpc"] else ALARMS_OF_A_NETWORK)
    own += ALARMS_FOR_DATABASES if entry["jdbc"] else 0
    return own + ALARMS_OF_A_DATASET * watched + ALARMS_OF_A_RHYTHM * rhythms


def stack_of_plan(plan: dict[str, Any], settings: dict[str, Any]) -> Stack:
    """Return the same from a plan (terraform show -json): counted, not assumed."""
    found = list(resources(plan["planned_values"]["root_module"]))
    kinds = Counter(each["type"] for each in found)
    jobs = {each["address"]: each["values"] for each in found if each["type"] == "aws_glue_job"}
    endpoints = [each["values"] for each in found if each["type"] == "aws_vpc_endpoint"]
    some_job = next(iter(jobs.values()))
    groups = [each["values"]["configuration"][0] for each in found if each["type"] == "aws_athena_workgroup"]
    limits = [group["bytes_scanned_cutoff_per_query"] for group in groups]
    return stack_of_settings(settings)._replace(
        glue_version=some_job["glue_version"],
        workers=some_job["number_of_workers"],
        worker_type=some_job["worker_type"],
        flex=some_job["execution_class"] == "FLEX",
        interfaces=sum(zones_of(values) for values in endpoints if values["vpc_endpoint_type"] == "Interface"),
        keys=kinds["aws_kms_key"],
        alarms=sum(metrics_of(each["values"]) for each in found if each["type"] == "aws_cloudwatch_metric_alarm"),
        dashboards=kinds["aws_cloudwatch_dashboard"],
        datasets=tuple(sorted(dataset_of(address) for address in jobs)),
        most_scanned=max(limits, default=settings["queries"]["most_scanned"]),
    )


def resources(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Return every managed resource of a module and of its child modules."""
    yield from (each for each in module.get("resources", []) if each["mode"] == "managed")
    for inner in module.get("child_modules", []):
        yield from resources(inner)


def zones_of(endpoint: dict[str, Any]) -> int:
    """Return the number of zones of an endpoint; before the subnets exist, a plan does not have them."""
    return len(endpoint.get("subnet_ids") or []) or ZONES


def metrics_of(alarm: dict[str, Any]) -> int:
    """Return the billed metrics of an alarm: its own, or its expression's; an anomaly detection band is two more."""
    queries = alarm.get("metric_query") or []
    band = any("ANOMALY_DETECTION_BAND" in (query.get("expression") or "") for query in queries)
    return max(1, sum(bool(query.get("metric")) for query in queries)) + 2 * band


def dataset_of(address: str) -> str:
    """Return the dataset of module.environment.module.dataset["orders"].aws_glue_job.this."""
    return address.partition('module.dataset["')[2].partition('"')[0]


def kinds_in(plan: dict[str, Any]) -> set[str]:
    """Return the kinds of resource in a plan."""
    return {each["type"] for each in resources(plan["planned_values"]["root_module"])}
