"""Reads the members of an operation's input from a request, in each protocol of AWS.

Members that the model does not know keep their names.
"""

import io
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl
from xml.etree import ElementTree

from botocore.parsers import RpcV2CBORParser

Shapes = dict[str, dict[str, Any]]
Read = dict[str, Any]
Tree = dict[str, Any]
NAMESPACE = re.compile(r"\{[^}]*\}")
# The parts of every request of the query protocol besides the members.
NOT_MEMBERS = ("Action", "Version")


class UnreadableError(ValueError):
    """A body that is invalid for its protocol."""


class Wire:
    """The readers of one API model."""

    def __init__(self, shapes: Shapes, is_ec2: bool) -> None:
        self.shapes, self.is_ec2 = shapes, is_ec2

    def from_json(self, body: bytes, shape: str) -> Read:
        """The members of a body of the protocol json."""
        return self._renamed(_json(body), shape)

    def from_cbor(self, body: bytes) -> Read:
        """The members of a body of the protocol smithy-rpc-v2-cbor; its names are the members' own."""
        parser = RpcV2CBORParser()
        return dict(parser.parse_data_item(parser.get_peekable_stream_from_bytes(body))) if body else {}

    def from_form(self, body: bytes, shape: str) -> Read:
        """The members of a form of the protocols query and ec2."""
        tree: Tree = {}
        for name, value in parse_qsl(body.decode(errors="replace"), keep_blank_values=True):
            if name not in NOT_MEMBERS:
                _plant(tree, name.split("."), value)
        found = self._of_form(tree, {"shape": shape})
        return found if isinstance(found, dict) else {}

    def from_rest(self, request: "RestRequest", shape: str) -> Read:
        """The members of a request of the protocols rest-json and rest-xml: path, query, headers and body."""
        definition = self.shapes[shape]
        found: Read = {}
        for name, member in definition.get("members", {}).items():
            value = self._beside_the_body(name, member, request)
            if value is not None:
                found[name] = value
        payload = definition.get("payload")
        if payload:
            value = self._payload(definition["members"][payload], request)
            return found | ({payload: value} if value is not None else {})
        if not request.body:
            return found
        in_body = self._of_xml_text(request.body, shape) if request.is_xml else self.from_json(request.body, shape)
        return found | in_body

    def _payload(self, member: dict[str, Any], request: "RestRequest") -> Any:
        shape = self.shapes[member["shape"]]
        if shape["type"] == "blob":
            return request.body
        if not request.body:
            return None
        if shape["type"] == "string":
            return request.body.decode(errors="replace")
        if request.is_xml:
            return self._of_xml_text(request.body, member["shape"])
        return self._renamed(_json(request.body), member["shape"])

    def _beside_the_body(self, name: str, member: dict[str, Any], request: "RestRequest") -> Any:
        location, wire = member.get("location"), member.get("locationName", name)
        shape = self.shapes[member["shape"]]
        if location == "uri":
            return self._text(request.path.get(wire), shape)
        if location == "header":
            return self._text(request.headers.get(wire.lower()), shape)
        if location == "headers":
            prefix = wire.lower()
            return {k[len(prefix) :]: v for k, v in request.headers.items() if k.startswith(prefix)} or None
        if location == "querystring" and shape["type"] == "list":
            return [value for key, value in request.query if key == wire] or None
        if location == "querystring" and shape["type"] != "map":
            return self._text(next((value for key, value in request.query if key == wire), None), shape)
        return None

    def _renamed(self, value: Any, shape: str) -> Any:
        """A JSON value with its members renamed from their wire names."""
        definition = self.shapes[shape]
        kind = definition["type"]
        if kind == "structure" and isinstance(value, dict) and not definition.get("document"):
            members = definition.get("members", {})
            names = {member.get("locationName", name): name for name, member in members.items()}
            return {
                names.get(wire, wire): self._renamed(each, members[names[wire]]["shape"]) if wire in names else each
                for wire, each in value.items()
            }
        if kind == "list" and isinstance(value, list):
            return [self._renamed(each, definition["member"]["shape"]) for each in value]
        if kind == "map" and isinstance(value, dict):
            return {name: self._renamed(each, definition["value"]["shape"]) for name, each in value.items()}
        return value

    def _of_form(self, tree: Any, member: dict[str, Any]) -> Any:
        shape = self.shapes[member["shape"]]
        kind = shape["type"]
        if kind == "structure":
            return self._form_structure(tree, shape) if isinstance(tree, dict) else tree
        if kind == "list":
            return self._form_list(tree, shape)
        if kind == "map":
            return self._form_map(tree, shape)
        return self._text(tree.get("", None) if isinstance(tree, dict) else tree, shape)

    def _form_structure(self, tree: Tree, shape: dict[str, Any]) -> Read:
        left, found = dict(tree), {}
        for name, member in shape.get("members", {}).items():
            wire = self._form_name(name, member)
            if wire in left:
                found[name] = self._of_form(left.pop(wire), member)
        return found | left

    def _form_name(self, name: str, member: dict[str, Any]) -> str:
        if self.is_ec2:
            wire = str(member.get("queryName") or member.get("locationName") or name)
            return wire if "queryName" in member else wire[0].upper() + wire[1:]
        definition = self.shapes[member["shape"]]
        if definition.get("flattened") and definition["type"] == "list":
            return str(definition["member"].get("locationName", name))
        return str(member.get("locationName", name))

    def _form_list(self, tree: Any, shape: dict[str, Any]) -> Any:
        if tree == "":
            return []
        if not isinstance(tree, dict):
            return tree
        if not self.is_ec2 and not shape.get("flattened"):
            tree = tree.get(shape["member"].get("locationName", "member"), tree)
        if not isinstance(tree, dict) or not all(key.isdecimal() for key in tree):
            return tree
        return [self._of_form(tree[key], shape["member"]) for key in sorted(tree, key=int)]

    def _form_map(self, tree: Any, shape: dict[str, Any]) -> Any:
        if tree == "":
            return {}
        entries = tree if shape.get("flattened") else tree.get("entry", {}) if isinstance(tree, dict) else {}
        key, value = shape["key"].get("locationName", "key"), shape["value"].get("locationName", "value")
        return {str(each.get(key)): self._of_form(each.get(value), shape["value"]) for each in entries.values()}

    def _of_xml_text(self, body: bytes, shape: str) -> Any:
        try:
            root = ElementTree.fromstring(body)
        except ElementTree.ParseError as error:
            raise UnreadableError(str(error)) from error
        return self._of_xml(root, {"shape": shape})

    def _of_xml(self, element: ElementTree.Element, member: dict[str, Any]) -> Any:
        shape = self.shapes[member["shape"]]
        if shape["type"] == "structure":
            return self._xml_structure(element, shape)
        if shape["type"] == "list":
            return [self._of_xml(each, shape["member"]) for each in element]
        if shape["type"] == "map":
            key, value = shape["key"].get("locationName", "key"), shape["value"].get("locationName", "value")
            entries = [{_tag(part): part for part in entry} for entry in element]
            return {str(entry[key].text): self._of_xml(entry[value], shape["value"]) for entry in entries}
        return self._text(element.text or "", shape)

    def _xml_structure(self, element: ElementTree.Element, shape: dict[str, Any]) -> Read:
        found, left = dict[str, Any](), list(element)
        for name, member in shape.get("members", {}).items():
            if member.get("xmlAttribute"):
                value = next(iter(element.attrib.values()), None)
            else:
                wire = self._form_name_of_xml(name, member)
                mine = [each for each in left if _tag(each) == wire]
                left = [each for each in left if _tag(each) != wire]
                value = self._several_of_xml(mine, member) if mine else None
            if value is not None:
                found[name] = value
        return found | {_tag(each): each.text for each in left}

    def _form_name_of_xml(self, name: str, member: dict[str, Any]) -> str:
        definition = self.shapes[member["shape"]]
        inner = definition.get("member", {}).get("locationName") if definition.get("flattened") else None
        return str(inner or member.get("locationName", name))

    def _several_of_xml(self, elements: list[ElementTree.Element], member: dict[str, Any]) -> Any:
        definition = self.shapes[member["shape"]]
        if definition["type"] == "list" and (definition.get("flattened") or member.get("flattened")):
            return [self._of_xml(each, definition["member"]) for each in elements]
        return self._of_xml(elements[0], member)

    def _text(self, value: Any, shape: dict[str, Any]) -> Any:
        """The value of a text for a number or boolean shape; the text itself if it is invalid."""
        kind = shape["type"]
        if not isinstance(value, str) or kind in ("string", "blob", "character", "timestamp"):
            return value
        if kind == "boolean":
            return {"true": True, "false": False}.get(value.lower(), value)
        try:
            return float(value) if kind in ("float", "double") else int(value)
        except ValueError:
            return value


class RestRequest:
    """The parts of a request that contain members in the REST protocols."""

    def __init__(self, environ: dict[str, Any], path: dict[str, Any], body: bytes, is_xml: bool) -> None:
        self.path, self.body, self.is_xml = path, body, is_xml
        self.query = parse_qsl(str(environ.get("QUERY_STRING", "")), keep_blank_values=True)
        self.headers = dict(_headers(environ))


def _headers(environ: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in environ.items():
        if name.startswith("HTTP_"):
            yield name.removeprefix("HTTP_").replace("_", "-").lower(), str(value)
        elif name in ("CONTENT_TYPE", "CONTENT_LENGTH") and value:
            yield name.replace("_", "-").lower(), str(value)


def _json(body: bytes) -> Any:
    try:
        return json.load(io.BytesIO(body)) if body else {}
    except ValueError as error:
        raise UnreadableError(str(error)) from error


def _plant(tree: Tree, words: list[str], value: str) -> None:
    for word in words[:-1]:
        below = tree.get(word)
        if not isinstance(below, dict):
            below = tree[word] = {} if below is None else {"": below}
        tree = below
    tree[words[-1]] = value


def _tag(element: ElementTree.Element) -> str:
    return NAMESPACE.sub("", element.tag)
