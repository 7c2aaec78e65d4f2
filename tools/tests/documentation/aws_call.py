"""Whether `aws …` would be understood: services, operations, parameters and their values, by AWS's own models."""

import re
from functools import cache
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.exceptions import UnknownServiceError
from botocore.model import OperationModel, ServiceModel

EVERYWHERE = {
    "ca-bundle", "cli-binary-format", "cli-connect-timeout", "cli-input-json", "cli-read-timeout", "color", "debug",
    "endpoint-url", "max-items", "no-cli-pager", "no-paginate", "no-sign-request", "output", "page-size", "profile",
    "query", "region", "starting-token",
}  # fmt: skip
ALONE = {"debug", "no-cli-pager", "no-paginate", "no-sign-request"}
# What the command line adds to the services' own operations; botocore has no model of it.
TRANSFER = {
    "acl", "content-type", "dryrun", "exclude", "include", "metadata", "only-show-errors", "quiet", "recursive", "sse",
    "sse-kms-key-id", "storage-class",
}  # fmt: skip
HIGH_LEVEL: dict[tuple[str, str], set[str]] = {
    ("s3", "cp"): TRANSFER | {"version-id"},
    ("s3", "mv"): TRANSFER,
    ("s3", "sync"): TRANSFER | {"delete", "size-only", "exact-timestamps"},
    ("s3", "ls"): {"recursive", "human-readable", "summarize"},
    ("s3", "mb"): set(),
    ("s3", "rb"): {"force"},
    ("s3", "rm"): {"recursive", "dryrun", "exclude", "include", "quiet"},
    ("s3", "presign"): {"expires-in"},
    ("logs", "tail"): {"since", "follow", "format", "filter-pattern", "log-stream-names", "log-stream-name-prefix"},
    ("sso", "login"): {"sso-session", "no-browser", "use-device-code"},
    ("configure", "sso"): {"no-browser", "use-device-code"},
    ("configure", "list"): set(),
    ("configure", "list-profiles"): set(),
    ("codecommit", "credential-helper"): set(),
}
MODEL_OF = {"s3api": "s3", "deploy": "codedeploy", "configservice": "config"}


@cache
def session() -> botocore.session.Session:
    """Where the models are read from."""
    return botocore.session.Session()


@cache
def model_of(service: str) -> ServiceModel | None:
    """A service's model, or None where the command line has no such service."""
    name = MODEL_OF.get(service, service)
    if name not in session().get_available_services() or (service == "s3"):
        return None
    return session().get_service_model(name)


def faults_of_aws(words: list[str]) -> list[str]:
    """What is wrong with a call of the AWS command line, whose words follow the program's name."""
    if words == ["--version"]:
        return []
    named, options = separated(words)
    if len(named) < 2:
        return [f"aws needs a service and an operation: {' '.join(words)}"]
    service, operation, *positional = named
    given = [(name, value) for name, value in options if name not in EVERYWHERE]
    if (service, operation) in HIGH_LEVEL:
        return [
            f"aws {service} {operation} has no --{name}"
            for name, _ in given
            if name not in HIGH_LEVEL[service, operation]
        ]
    model = model_of(service)
    if model is None:
        return [f"aws has no {service} {operation}" if service == "s3" else f"aws has no service {service}"]
    if operation == "wait":
        return faults_of_wait(service, positional)
    operations = {xform_name(name, "-"): name for name in model.operation_names}
    if operation not in operations:
        return [f"aws {service} has no operation {operation}"]
    partial = "…" in words or any(name == "cli-input-json" for name, _ in options)
    called = f"aws {service} {operation}"
    return [
        *faults_of_operation(called, model.operation_model(operations[operation]), given, partial),
        *faults_of_pages(called, service, operations[operation], dict(options)),
    ]


def faults_of_pages(called: str, service: str, operation: str, options: dict[str, list[str]]) -> list[str]:
    """AWS CLI User Guide, "Filter output": with --output text, the query runs once on each page of the output."""
    try:
        session().get_paginator_model(MODEL_OF.get(service, service)).get_paginator(operation)
    except (ValueError, UnknownServiceError):
        return []
    query = " ".join(options.get("query", []))
    if options.get("output") == ["text"] and re.search(r"(sort|max|min)_by\(|\| *\[", query):
        return [f"{called}: a query about all pages needs their lines, such as `… --output text | sort`: {query}"]
    return []


def separated(words: list[str]) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """The words before and between options, and each option with its values."""
    named: list[str] = []
    options: list[tuple[str, list[str]]] = []
    for word in (word for word in words if word != "…"):
        if re.match(r"--[a-z]", word):
            name, sign, value = word[2:].partition("=")
            options.append((name, [value] if sign else []))
        elif options and not closed(options[-1]):
            options[-1][1].append(word)
        else:
            named.append(word)
    return named, options


def closed(option: tuple[str, list[str]]) -> bool:
    """Whether what follows an option is no value of it."""
    name, values = option
    return name in ALONE or (name in EVERYWHERE and len(values) == 1)


def faults_of_wait(service: str, positional: list[str]) -> list[str]:
    """A waiter must be one of the service's."""
    waiters = session().get_waiter_model(MODEL_OF.get(service, service)).waiter_names
    known = {xform_name(name, "-") for name in waiters}
    return [f"aws {service} wait has no {name}" for name in positional[:1] if name not in known]


def faults_of_operation(
    called: str, operation: OperationModel, given: list[tuple[str, list[str]]], partial: bool
) -> list[str]:
    """Parameters that do not exist, are missing, or have a value that the model excludes."""
    shape: Any = operation.input_shape
    members = {xform_name(name, "-"): member for name, member in (shape.members.items() if shape else ())}
    required = {xform_name(name, "-") for name in (shape.required_members if shape else ())}
    faults, named = [], set()
    for option, values in given:
        name = option if option in members else option.removeprefix("no-")
        named.add(name)
        if name not in members:
            faults.append(f"{called} has no --{option}")
        else:
            faults += [f"{called}: --{option} cannot be {value}" for value in values if excluded(members[name], value)]
    missing = [] if partial else sorted(required - named)
    return faults + [f"{called} needs --{name}" for name in missing]


def excluded(shape: Any, value: str) -> bool:
    """Whether a plain word is none of the values that there are."""
    if shape.type_name == "list":
        shape = shape.member
    allowed = getattr(shape, "enum", None)
    return bool(allowed and re.fullmatch(r"[A-Za-z_-]+", value) and value not in allowed)
