"""Reads the forms of an answer: a structure, its JSON or YAML text, or a short comma-separated list."""

import contextlib
import copy
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from dataops.validation.reading import LoaderOfProjectYaml, SafeLoaderOfUniqueKeys, Unreadable

# The initial entry of a dataset given as name:format; "" is any other name. The samples fit the named ones.
STARTER_DATASETS = Path(__file__).with_name("starter_datasets.json")


def map_of_unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError("a key is listed twice")
    return dict(pairs)


def structure(answer: object) -> object:
    """Return the structure of a JSON or YAML text, any other answer unchanged."""
    if not isinstance(answer, str) or not (answer.startswith(("{", "[", "- ")) or "\n" in answer):
        return answer
    unreadable = Unreadable(answer)
    # JSON first: YAML 1.1 reads 1e+20 as text.
    with contextlib.suppress(ValueError, RecursionError):
        return json.loads(answer, object_pairs_hook=map_of_unique_keys)
    try:
        read = yaml.load(answer, Loader=SafeLoaderOfUniqueKeys)
    except yaml.YAMLError as error:
        unreadable.why = " ".join(str(error).split())
        return unreadable
    except (ValueError, TypeError, RecursionError):
        return unreadable
    return read if isinstance(read, dict | list) else unreadable


def content_of(text: str) -> object:
    """Return the content of a project.yaml."""
    return yaml.load(text, Loader=LoaderOfProjectYaml)


def is_short_form(answer: object) -> bool:
    """Return whether an answer is a plain text, for the reader of its short form."""
    return isinstance(answer, str) and not isinstance(answer, Unreadable)


def items(answer: str) -> list[str]:
    """Return the entries of a comma-separated list; only the ordinary spaces beside a comma belong to the list."""
    first, *others = answer.split(",")
    if not others:
        return [first] if first else []
    *middle, last = others
    return [first.rstrip(" "), *(item.strip(" ") for item in middle), last.lstrip(" ")]


def listed(answer: object, entry: Callable[[str], object]) -> object:
    """A list answer, with each of its texts read by `entry`."""
    read = structure(answer)
    if is_short_form(read):
        read = items(str(read))
    return [entry(item) if isinstance(item, str) else item for item in read] if isinstance(read, list) else read


def environment(text: str) -> object:
    name, equals, account = text.partition("=")
    return {"name": name, "account": account} if equals else text


@cache
def starters() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(STARTER_DATASETS.read_text(encoding="utf-8"))
    return found


def starter(name: str, file_format: str) -> dict[str, Any]:
    """Return the initial entry of a dataset that is given by its name and format alone."""
    return {"format": file_format, **copy.deepcopy(starters().get(name, starters()[""]))}


def fits_samples(name: str, dataset: dict[str, Any]) -> bool:
    """Return whether the samples that generation copies have files of exactly this dataset."""
    file_format = {"orders": "csv", "customers": "json"}.get(name)
    return file_format is not None and dataset == starter(name, file_format)


def datasets(answer: object) -> object:
    """Return a map of datasets; text in another form stays unchanged and is refused later."""
    read = structure(answer)
    if isinstance(read, dict):
        return {name: dataset_of_map(name, each) for name, each in read.items()}
    return read if not is_short_form(read) else pairs(str(read), ":", starter, otherwise=":csv")


def pairs(answer: str, sign: str, entry: Callable[[str, str], object], otherwise: str = "") -> object:
    """Return a map from items such as name=value; the text itself if a sign is missing or a name repeats.

    `otherwise` is the value of an item without the sign.
    """
    split = [(item if sign in item else item + otherwise).partition(sign) for item in items(answer)]
    whole = all(found for _, found, _ in split) and len({name for name, _, _ in split}) == len(split)
    return {name: entry(name, value) for name, _, value in split} if whole else answer


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
    """Return a list of targets; a topic with an empty ARN is left out."""
    read = listed(answer, notification)
    nothing = {"protocol": "topic", "arn": ""}
    return [target for target in read if target != nothing] if isinstance(read, list) else read


def git(answer: object) -> object:
    read = structure(answer)
    if not is_short_form(read) or not read:
        return read
    provider, colon, repository = str(read).partition(":")
    return {"provider": provider, "repository": repository} if colon else {"provider": provider}


def network(answer: object) -> object:
    read = structure(answer)
    if not is_short_form(read) or not read:
        return read
    if str(read).startswith("vpc-"):
        vpc, *subnets = str(read).split(" ")
        return {"vpc": vpc, "subnets": subnets}
    return {"cidr": read}


def tags(answer: object) -> object:
    read = structure(answer)
    return pairs(str(read), "=", lambda _, value: value) if is_short_form(read) else read


def approvers(answer: object) -> object:
    return listed(answer, str)


def environments(answer: object) -> object:
    return listed(answer, environment)
