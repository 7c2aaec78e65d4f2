"""Refuses a request that breaks the API model of its service, with the error that the service answers."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from botocore.exceptions import UnknownServiceError
from moto.core.request import Request
from moto.core.routing import NotFound, get_service_router
from moto.core.utils import get_service_model

from dataops.local_aws.request_model.constraints import Constraints, Shapes, Violation
from dataops.local_aws.request_model.wire import RestRequest, UnreadableError, Wire

Environ = dict[str, Any]
# What a request is signed for, where the model has another name.
MODELS = {"monitoring": "cloudwatch", "tagging": "resourcegroupstaggingapi"}
SMITHY = re.compile(r"/service/\w+/operation/(\w+)$")
# ReceiveMessage takes the names of message attributes too (Amazon SQS API Reference), which its enumeration lacks.
ALSO_TAKEN = {("sqs", "QueueAttributeName"): "MessageSystemAttributeName"}
# AWS takes arn:aws:s3:::bucket in S3 Control, which provider 6 sends and the pattern refuses (floci-io/floci#556).
WITHOUT_PATTERN = {("s3control", "S3ResourceArn")}
# The codes that services use for a value that breaks their model: the "Errors" of each API reference.
CODES = {"cloudwatch": "ValidationError", "logs": "InvalidParameterException", "s3": "MalformedXML"}
MALFORMED_XML = "The XML you provided was not well-formed or did not validate against our published schema"


class RefusedRequestError(Exception):
    """A request that AWS would not take: the error's code, sentence and HTTP status."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.status = code, status


@dataclass(frozen=True)
class ReadRequest:
    """A request in the words of its service's API model."""

    service: str
    operation: str
    given: dict[str, Any]


class ServiceModel:
    """One service's API model: its operations, and what their inputs may hold."""

    def __init__(self, service: str) -> None:
        description = get_service_model(service)._service_description
        self.service, self.operations = service, description["operations"]
        self.shapes, self.protocol = description["shapes"], str(description["metadata"]["protocol"])
        for (_, short), more in (taken for taken in ALSO_TAKEN.items() if taken[0][0] == service):
            self.shapes = self.shapes | {short: self.shapes[short] | {"enum": _enum(self.shapes, short, more)}}
        for _, short in (free for free in WITHOUT_PATTERN if free[0] == service):
            kept = {name: value for name, value in self.shapes[short].items() if name != "pattern"}
            self.shapes = self.shapes | {short: kept}
        self.constraints = Constraints(self.shapes)
        self.wire = Wire(self.shapes, is_ec2=self.protocol == "ec2")

    def read(self, environ: Environ, body: Callable[[], bytes]) -> ReadRequest | None:
        """The operation and its members; None for an operation that the model does not know or that takes nothing."""
        target = str(environ.get("HTTP_X_AMZ_TARGET", "")).rpartition(".")[2]
        if target:
            return self._request(target, lambda shape: self.wire.from_json(body(), shape))
        smithy = SMITHY.search(str(environ.get("PATH_INFO", "")))
        if smithy:
            return self._request(smithy[1], lambda shape: self.wire.from_cbor(body()))
        if str(environ.get("CONTENT_TYPE", "")).startswith("application/x-www-form-urlencoded"):
            action = re.search(rb"(?:^|&)Action=(\w+)", body())
            name = action[1].decode() if action else ""
            return self._request(name, lambda shape: self.wire.from_form(body(), shape))
        if self.protocol.startswith("rest"):
            return self._read_rest(environ, body)
        return None

    def violations(self, request: ReadRequest) -> list[Violation]:
        """Everything in a request that breaks the model."""
        return self.constraints.violations(str(self._input(request.operation)), request.given)

    def _request(self, operation: str, read: Callable[[str], dict[str, Any]]) -> ReadRequest | None:
        shape = self._input(operation)
        return ReadRequest(self.service, operation, read(shape)) if shape else None

    def _input(self, operation: str) -> str | None:
        """The name of an operation's input; None where there is no such operation or it has no input."""
        shape = self.operations.get(operation, {}).get("input", {}).get("shape")
        return str(shape) if shape else None

    def _read_rest(self, environ: Environ, body: Callable[[], bytes]) -> ReadRequest | None:
        try:
            operation, path = get_service_router(self.service).match(Request(environ))
        except (NotFound, RuntimeError):
            return None

        def read(shape: str) -> dict[str, Any]:
            content = b"" if self._is_content(shape) else body()
            return self.wire.from_rest(RestRequest(environ, path, content, self.protocol == "rest-xml"), shape)

        return self._request(str(operation.name), read)

    def _is_content(self, shape: str) -> bool:
        """Whether the body is the content of an object, which no model describes."""
        payload = self.shapes[shape].get("payload")
        return bool(payload) and self.shapes[self.shapes[shape]["members"][payload]["shape"]]["type"] == "blob"


def read_request(service: str, environ: Environ, body: Callable[[], bytes]) -> ReadRequest | None:
    """A request by its model; RefusedRequestError where it has unknown members, lacks some, or breaks a constraint."""
    path = str(environ.get("PATH_INFO", ""))
    model = _model("s3control" if service == "s3" and path.startswith("/v20180820/") else MODELS.get(service, service))
    if model is None:
        return None
    try:
        request = model.read(environ, body)
    except UnreadableError as error:
        raise _malformed(model, str(error)) from error
    found = model.violations(request) if request else []
    if found:
        raise _refusal(model, found)
    return request


def _enum(shapes: Shapes, *names: str) -> list[str]:
    return list(dict.fromkeys(value for name in names for value in shapes[name]["enum"]))


@cache
def _model(service: str) -> ServiceModel | None:
    try:
        return ServiceModel(service)
    except UnknownServiceError:
        return None


def _malformed(model: ServiceModel, why: str) -> RefusedRequestError:
    if model.protocol == "rest-xml":
        return RefusedRequestError("MalformedXML", MALFORMED_XML)
    return RefusedRequestError("SerializationException", why)


def _refusal(model: ServiceModel, found: list[Violation]) -> RefusedRequestError:
    first = found[0]
    if model.protocol == "ec2":
        return _ec2_refusal(first)
    if model.service == "s3":
        # S3 names no member: what is wrong is said behind its sentence.
        return RefusedRequestError("MalformedXML", f"{MALFORMED_XML} ({first.text})")
    if first.kind == "type" and "json" in model.protocol:
        return RefusedRequestError("SerializationException", f"{first.text} (at '{first.path}')")
    if first.kind == "unknown":
        # AWS drops an unknown member without a word, so that the setting has no effect: the SDK's own sentence.
        return RefusedRequestError(_code(model), first.text)
    several = f"{len(found)} validation error{'s' if len(found) > 1 else ''} detected"
    return RefusedRequestError(_code(model), f"{several}: {'; '.join(each.text for each in found)}")


def _code(model: ServiceModel) -> str:
    return CODES.get(model.service, "ValidationError" if model.protocol == "query" else "ValidationException")


def _ec2_refusal(found: Violation) -> RefusedRequestError:
    """EC2's own codes and sentences (Amazon EC2 API Reference, Error codes)."""
    name = ".".join(word[:1].upper() + word[1:] for word in found.path.split("."))
    if found.kind == "missing":
        return RefusedRequestError("MissingParameter", f"The request must contain the parameter {name}")
    if found.kind == "unknown":
        return RefusedRequestError("UnknownParameter", f"The parameter {name} is not recognized")
    return RefusedRequestError("InvalidParameterValue", f"Invalid value for parameter {name}: {found.text}")
