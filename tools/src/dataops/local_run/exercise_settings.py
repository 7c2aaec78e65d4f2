"""Changes settings of the local AWS for an exercise, and returns each that nobody else has changed since."""

from collections.abc import Callable
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from dataops.local_run.exercise_record import Change, ExerciseRecord
from dataops.project.deployment import NOT_DEPLOYED

Client = Callable[[str], Any]
GONE = (*NOT_DEPLOYED, "EntityNotFoundException", "NoSuchEntity")


class Setting(NamedTuple):
    """How a setting is read and written, by the name of what has it."""

    read: Callable[[Client, str], Any]
    write: Callable[[Client, str, Any], object]


def set_for_an_exercise(client: Client, record: ExerciseRecord, kind: str, name: str, value: Any) -> None:
    """Change a setting; the record has the value before."""
    record.note(Change(kind, name, SETTINGS[kind].read(client, name), value))
    SETTINGS[kind].write(client, name, value)


def take_back(client: Client, record: ExerciseRecord) -> list[str]:
    """Return every setting, the newest change first; say of each what has become of it."""
    return [f"  {change.kind} of {change.name}: {_taken_back(client, change)}" for change in reversed(record.changes)]


def _taken_back(client: Client, change: Change) -> str:
    setting = SETTINGS[change.kind]
    try:
        present = setting.read(client, change.name)
        if present == change.before:
            return "as before the exercise"
        if present != change.after:
            return "changed since by somebody else, stays as it is"
        setting.write(client, change.name, change.before)
    except ClientError as error:
        if error.response["Error"]["Code"] not in GONE:
            raise
        return "removed since by somebody else"
    return "as before the exercise"


def _variables(client: Client, function: str) -> dict[str, str]:
    # A function without variables has no environment.
    configuration = client("lambda").get_function_configuration(FunctionName=function)
    return dict(configuration.get("Environment", {}).get("Variables", {}))


def _variable(client: Client, name: str) -> str | None:
    function, _, variable = name.partition("/")
    return _variables(client, function).get(variable)


def _set_variable(client: Client, name: str, value: str | None) -> None:
    function, _, variable = name.partition("/")
    others = {key: text for key, text in _variables(client, function).items() if key != variable}
    variables = others if value is None else others | {variable: value}
    client("lambda").update_function_configuration(FunctionName=function, Environment={"Variables": variables})


def _concurrency(client: Client, function: str) -> int | None:
    found: int | None = (
        client("lambda").get_function_concurrency(FunctionName=function).get("ReservedConcurrentExecutions")
    )
    return found


def _set_concurrency(client: Client, function: str, value: int | None) -> None:
    if value is None:
        client("lambda").delete_function_concurrency(FunctionName=function)
    else:
        client("lambda").put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=value)


def _mapping(client: Client, identity: str) -> bool:
    return client("lambda").get_event_source_mapping(UUID=identity)["State"] in ("Enabled", "Enabling")


def _set_mapping(client: Client, identity: str, value: bool) -> None:
    client("lambda").update_event_source_mapping(UUID=identity, Enabled=value)


def _rule(client: Client, name: str) -> bool:
    return bool(client("events").describe_rule(Name=name)["State"] == "ENABLED")


def _set_rule(client: Client, name: str, value: bool) -> None:
    events = client("events")
    (events.enable_rule if value else events.disable_rule)(Name=name)


def _crawled(client: Client, name: str) -> str:
    return str(client("glue").get_crawler(Name=name)["Crawler"]["Targets"]["S3Targets"][0]["Path"])


def _set_crawled(client: Client, name: str, value: str) -> None:
    glue = client("glue")
    target = glue.get_crawler(Name=name)["Crawler"]["Targets"]["S3Targets"][0]
    glue.update_crawler(Name=name, Targets={"S3Targets": [target | {"Path": value}]})


def _visibility(client: Client, queue: str) -> str:
    sqs = client("sqs")
    address = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    asked = sqs.get_queue_attributes(QueueUrl=address, AttributeNames=["VisibilityTimeout"])
    return str(asked["Attributes"]["VisibilityTimeout"])


def _set_visibility(client: Client, queue: str, value: str) -> None:
    sqs = client("sqs")
    address = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=address, Attributes={"VisibilityTimeout": value})


SETTINGS = {
    # Of a function: named function/VARIABLE.
    "variable": Setting(_variable, _set_variable),
    "reserved concurrency": Setting(_concurrency, _set_concurrency),
    # Whether the queue calls the function: named by its UUID.
    "event source mapping": Setting(_mapping, _set_mapping),
    "rule": Setting(_rule, _set_rule),
    "crawled address": Setting(_crawled, _set_crawled),
    "visibility timeout": Setting(_visibility, _set_visibility),
}
