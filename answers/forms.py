"""Reads the forms that an answer may have: a structure, its JSON or YAML text, or a short comma list."""

import copy
from functools import cache
from pathlib import Path
from typing import Any

import yaml

STARTER_DATASETS = Path(__file__).with_name("starter_datasets.yaml")


class SafeLoaderOfUniqueKeys(yaml.SafeLoader):
    """PyYAML keeps the last of two equal keys and says nothing; an answer that is lost must be refused."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]  # type: ignore[no-untyped-call]
        twice = next((key for number, key in enumerate(keys) if key in keys[:number]), None)
        if twice is not None:
            raise yaml.constructor.ConstructorError(None, None, f"{twice} stands there twice", node.start_mark)
        return super().construct_mapping(node, deep)


def structure(answer: object) -> object:
    """The structure that a JSON or YAML text stands for; any other answer as it is, also a text that is not readable."""
    if not isinstance(answer, str) or not (answer.startswith(("{", "[", "- ")) or "\n" in answer):
        return answer
    try:
        read = yaml.load(answer, Loader=SafeLoaderOfUniqueKeys)  # noqa: S506
    except (yaml.YAMLError, ValueError, TypeError, RecursionError):
        return answer
    return read if isinstance(read, dict | list) else answer


def items(answer: str) -> list[str]:
    """The entries of a comma list; only the ordinary spaces beside a comma belong to the list."""
    first, *others = answer.split(",")
    if not others:
        return [first] if first else []
    *middle, last = others
    return [first.rstrip(" "), *(item.strip(" ") for item in middle), last.lstrip(" ")]


def listed(answer: object, entry: Any) -> object:
    """A list answer, with each of its texts read by `entry`."""
    answer = structure(answer)
    if isinstance(answer, str):
        answer = items(answer)
    return [entry(item) if isinstance(item, str) else item for item in answer] if isinstance(answer, list) else answer


def environment(text: str) -> object:
    name, equals, account = text.partition("=")
    return {"name": name, "account": account} if equals else text


@cache
def starters() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(STARTER_DATASETS.read_text(encoding="utf-8"))
    return found


def starter(name: str, file_format: str) -> dict[str, Any]:
    """What a dataset that is given by its name and format alone starts with."""
    return {"format": file_format, **copy.deepcopy(starters().get(name, starters()[""]))}


def datasets(answer: object) -> object:
    """A map of datasets; of one that stands twice in a comma list, the list itself, which is refused."""
    answer = structure(answer)
    if isinstance(answer, dict):
        return {name: dataset_of_map(name, each) for name, each in answer.items()}
    if not isinstance(answer, str | list):
        return answer
    pairs = [item.partition(":") for item in (items(answer) if isinstance(answer, str) else answer) if isinstance(item, str)]
    whole = len(pairs) == len(items(answer) if isinstance(answer, str) else answer)
    names = {name for name, _, _ in pairs}
    if not whole or len(names) < len(pairs) or not all(colon for _, colon, _ in pairs):
        return answer
    return {name: starter(name, file_format) for name, _, file_format in pairs}


def dataset_of_map(name: object, each: object) -> object:
    return starter(name, each) if isinstance(name, str) and isinstance(each, str) else each


def notification(text: str) -> object:
    protocol, colon, rest = text.partition(":")
    parts = rest.split("/")
    if text.startswith("arn:"):
        return {"protocol": "topic", "arn": text}
    if text.startswith("https://"):
        return {"protocol": "https", "endpoint": text}
    if text.startswith("+"):
        return {"protocol": "sms", "endpoint": text}
    if colon and protocol == "slack" and len(parts) == 2:
        return dict(zip(("protocol", "workspace", "channel"), (protocol, *parts), strict=True))
    if colon and protocol == "teams" and len(parts) == 3:
        return dict(zip(("protocol", "tenant", "team", "channel"), (protocol, *parts), strict=True))
    return {"protocol": "email", "endpoint": text} if "@" in text else text


def notifications(answer: object) -> object:
    """A list of targets; a topic whose ARN is empty is no target."""
    read = listed(answer, notification)
    nothing = {"protocol": "topic", "arn": ""}
    return [target for target in read if target != nothing] if isinstance(read, list) else read


def git(answer: object) -> object:
    answer = structure(answer)
    if not isinstance(answer, str) or not answer:
        return answer
    provider, colon, repository = answer.partition(":")
    return {"provider": provider, "repository": repository} if colon else {"provider": provider}


def network(answer: object) -> object:
    answer = structure(answer)
    if not isinstance(answer, str) or not answer:
        return answer
    if answer.startswith("vpc-"):
        vpc, *subnets = answer.split(" ")
        return {"vpc": vpc, "subnets": subnets}
    return {"cidr": answer}


def tags(answer: object) -> object:
    answer = structure(answer)
    if not isinstance(answer, str):
        return answer
    pairs = [item.partition("=") for item in items(answer)]
    whole = all(equals for _, equals, _ in pairs) and len({key for key, _, _ in pairs}) == len(pairs)
    return {key: value for key, _, value in pairs} if whole else answer


def approvers(answer: object) -> object:
    return listed(answer, str)


def environments(answer: object) -> object:
    return listed(answer, environment)
