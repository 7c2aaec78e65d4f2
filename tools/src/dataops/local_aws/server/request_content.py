"""Reads a request in any of AWS's protocols: its operation and its members."""

import io
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, unquote
from xml.etree import ElementTree

from botocore.parsers import BaseCBORParser
from moto.core.request import Request
from moto.core.routing import NotFound, get_service_router

Given = dict[str, Any]
Environ = dict[str, Any]
# S3 operations whose body is needed for authorization: the objects to delete, the tags to set.
S3_BODIES = ("DeleteObjects", "PutBucketTagging", "PutObjectTagging", "CreateBucket")
CBOR = BaseCBORParser()


def content_of(service: str, environ: Environ, body: Callable[[], bytes]) -> tuple[str, Given]:
    """The operation of a request and its members, by AWS's names; no operation if it is unknown."""
    target = str(environ.get("HTTP_X_AMZ_TARGET", ""))
    if target:
        return target.rpartition(".")[2], _json(body())
    if is_form(environ):
        form = _nested(parse_qs(body().decode(errors="replace"), keep_blank_values=True))
        return str(form.pop("Action", "")), form
    named = re.search(r"/operation/(\w+)$", environ.get("PATH_INFO", ""))
    if named:
        return named[1], _cbor(body())
    try:
        operation, given = get_service_router(service).match(Request(environ))
    except (NotFound, RuntimeError, ValueError):
        return "", {}
    name, query = str(operation.name), parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    found = {key: unquote(value) if key != "Key" else value for key, value in given.items()}
    found |= {_member(operation, key): values[0] if len(values) == 1 else values for key, values in query.items()}
    if service == "s3":
        return name, found | (_xml(body()) if name in S3_BODIES else {})
    return name, found if name == "Invoke" else found | _json(body())


def is_form(environ: Environ) -> bool:
    """Whether a request is of the query protocol."""
    return str(environ.get("CONTENT_TYPE", "")).startswith("application/x-www-form-urlencoded")


def _member(operation: Any, name: str) -> str:
    """The member of an operation for a part of the query string."""
    shape = operation.input_shape
    members = shape.members if shape is not None else {}
    return next((member for member, each in members.items() if each.serialization.get("name") == name), name)


def _json(body: bytes) -> Given:
    try:
        found = json.loads(body or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _cbor(body: bytes) -> Given:
    found = CBOR.parse_data_item(io.BufferedReader(io.BytesIO(body))) if body else {}
    return found if isinstance(found, dict) else {}


def _xml(body: bytes) -> Given:
    """An element as a mapping; children with the same name become a list."""
    found = _element(ElementTree.fromstring(body)) if body.strip() else {}
    return found if isinstance(found, dict) else {}


def _element(node: ElementTree.Element) -> Any:
    if not len(node):
        return node.text or ""
    found: Given = {}
    for child in node:
        name = child.tag.rpartition("}")[2]
        found.setdefault(name, []).append(_element(child))
    return found


def _nested(form: dict[str, list[str]]) -> Given:
    """Members of the query protocol, `Tags.member.1.Key=x`, as mappings and lists."""
    found: Given = {}
    for name, values in form.items():
        node = found
        *path, last = [part for part in name.split(".") if part not in ("member", "entry")]
        for part in path:
            below = node.setdefault(part, {})
            node = below if isinstance(below, dict) else node.setdefault(f"{part}.", {})
        node[last] = values[0]
    return {name: _listed(value) for name, value in found.items()}


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(key.isdigit() for key in value):
        return [_listed(value[key]) for key in sorted(value, key=int)]
    return {key: _listed(below) for key, below in value.items()}
