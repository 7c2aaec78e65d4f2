"""The web application: moto's services, what moto lacks, and the platform's own operations under /local/."""

import io
import json
import logging
import re
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from threading import Lock
from typing import Any
from xml.sax.saxutils import escape

from moto.server import DomainDispatcherApplication, create_backend_app

from dataops.local_aws.access.authorization import DeniedCallError, authorize
from dataops.local_aws.access.caller import CREDENTIAL, Caller, ExpiredSessionError, caller_of
from dataops.local_aws.access.lake_formation import LakeFormationError, govern
from dataops.local_aws.access.permission import NotEvaluatedError
from dataops.local_aws.events.chat import Chat
from dataops.local_aws.refusals.registry import refuse_a_region_that_is_off, refuse_what_the_service_refuses
from dataops.local_aws.request_model.check import RefusedRequestError, read_request
from dataops.local_aws.server.request_content import is_form

log = logging.getLogger("application")
Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Answer = tuple[int, dict[str, Any]]
INVOKE = re.compile(r"/2015-03-31/functions/([^/]+)/invocations/?")
UNSUPPORTED = "UnsupportedOperation"
QUERY_ERROR = "<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
XML_ERRORS = {
    "s3control": "<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>",
    "s3": "<Error><Code>{code}</Code><Message>{message}</Message></Error>",
    "ec2": "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors></Response>",
}
REASONS = {
    200: "200 OK",
    201: "201 Created",
    202: "202 Accepted",
    204: "204 No Content",
    400: "400 Bad Request",
    401: "401 Unauthorized",
    403: "403 Forbidden",
    404: "404 Not Found",
    409: "409 Conflict",
    501: "501 Unsupported",
}
DEVELOPER_TOOLS = ("codecommit", "codebuild", "codepipeline", "codeconnections", "codestar-connections")
# moto checks a condition and writes in two steps: one request at a time makes conditional writes atomic.
# For the other services here, moto iterates over its resources while another request adds or removes some.
ONE_AT_A_TIME = ("dynamodb", "s3", "glue", "iam", "logs", "monitoring", "ec2", "lakeformation")


class Application:
    """Answers every request to the local AWS."""

    def __init__(
        self,
        chat: Chat,
        ask: Callable[[str, dict[str, Any]], Answer],
        tools: Callable[[Caller, str, str, dict[str, Any]], Answer],
        invoke: Callable[[Caller, str, Any], bool],
    ) -> None:
        self.moto = DomainDispatcherApplication(create_backend_app)
        self.chat, self.ask, self.tools, self.invoke = chat, ask, tools, invoke
        self.locks = {service: Lock() for service in ONE_AT_A_TIME}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Handle one request."""
        path, service = environ.get("PATH_INFO", ""), _service(environ)
        if path.startswith("/local/"):
            return _respond(start_response, *self.ask(path, json.loads(_body(environ) or b"{}")))
        try:
            refuse_a_region_that_is_off(_caller(environ), service, is_form(environ))
            authorize(_caller(environ), service, environ, lambda: _body(environ))
            request = read_request(service, environ, lambda: _body(environ))
            # The resources that a rule counts must not change before moto adds one.
            with self.locks.get(service, nullcontext()):
                if request:
                    refuse_what_the_service_refuses(_caller(environ), request.service, request.operation, request.given)
                govern(_caller(environ), service, environ, lambda: _body(environ))
                return self._answer(path, service, environ, start_response)
        except DeniedCallError as error:
            log.warning("denied: %s", error)
            code = error.code or _denial(service, environ)
            return _tell_error(start_response, service, environ, _status(environ), code, str(error))
        except ExpiredSessionError as error:
            code = "ExpiredToken" if service in XML_ERRORS or is_form(environ) else "ExpiredTokenException"
            return _tell_error(start_response, service, environ, 403, code, str(error))
        except NotEvaluatedError as error:
            log.error("not evaluated: %s", error)
            return _tell_error(start_response, service, environ, 501, UNSUPPORTED, str(error))
        except RefusedRequestError as error:
            log.warning("refused: %s %s: %s", service, error.code, error)
            return _tell_error(start_response, service, environ, error.status, error.code, str(error))
        except LakeFormationError as error:
            return _tell_error(start_response, service, environ, 400, error.code, str(error))

    def _answer(self, path: str, service: str, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if service == "chatbot":
            return self._chat(path, environ, start_response)
        if service in DEVELOPER_TOOLS:
            operation = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
            status, content = self.tools(_caller(environ), service, operation, json.loads(_body(environ) or b"{}"))
            return _respond(start_response, status, content, content.get("__type", ""))
        invoked = INVOKE.fullmatch(path)
        if invoked and environ.get("HTTP_X_AMZ_INVOCATION_TYPE") == "Event":
            return self._invoke_later(invoked[1], environ, start_response)
        return self._moto(service, environ, start_response)

    def _chat(self, path: str, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        return _respond(start_response, *self.chat.answer(_caller(environ).account, path, _body(environ)))

    def _invoke_later(self, name: str, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if self.invoke(_caller(environ), name, json.loads(_body(environ) or b"{}")):
            return _respond(start_response, 202, {})
        content = {"Type": "User", "Message": f"Function not found: {name}"}
        return _respond(start_response, 404, content, "ResourceNotFoundException")

    def _moto(self, service: str, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Call moto; an operation that moto lacks becomes an error that clients do not retry for minutes."""
        status: list[str] = []

        def note(line: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            status.append(line)
            return (lambda text: None) if line.startswith("500") else start_response(line, headers, *more)

        try:
            answer = self.moto(environ, note)
        except Exception as error:
            return self._missing(service, environ, str(error), start_response)
        if status and status[0].startswith("500"):
            return self._missing(service, environ, b"".join(answer).decode(errors="replace"), start_response)
        return answer

    def _missing(self, service: str, environ: Environ, why: str, start_response: StartResponse) -> Iterable[bytes]:
        action = str(environ.get("HTTP_X_AMZ_TARGET") or environ.get("PATH_INFO", "")).rpartition(".")[2]
        error = re.findall(r"<title>(.*?)\n", why) or [why[-300:]]
        log.warning("missing: %s %s: %s", service, action, error[0])
        message = f"the local AWS cannot do {service} {action}: {error[0]}"
        return _tell_error(start_response, service, environ, 501, UNSUPPORTED, message)


def _tell_error(
    start_response: StartResponse, service: str, environ: Environ, status: int, code: str, message: str
) -> Iterable[bytes]:
    """An error in the form that the clients of a service read."""
    if service in XML_ERRORS or is_form(environ):
        body = XML_ERRORS.get(service, QUERY_ERROR).format(code=code, message=escape(message)).encode()
        start_response(REASONS[status], [("Content-Type", "text/xml"), ("Content-Length", str(len(body)))])
        return [body]
    return _respond(start_response, status, {"__type": code, "message": message}, code)


def _service(environ: Environ) -> str:
    """The service that a request was signed for; S3 Control signs as S3."""
    found = CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
    service = found[3] if found else "s3"
    return "s3control" if service == "s3" and environ.get("PATH_INFO", "").startswith("/v20180820/") else service


def _denial(service: str, environ: Environ) -> str:
    """A service's error code for a denied call."""
    if service == "ec2":
        return "UnauthorizedOperation"
    if service == "sns":
        return "AuthorizationError"
    return "AccessDenied" if service in XML_ERRORS or is_form(environ) else "AccessDeniedException"


def _status(environ: Environ) -> int:
    """The HTTP status of a denial: services of the JSON protocol answer 400, all others 403."""
    return 400 if environ.get("HTTP_X_AMZ_TARGET") else 403


def _caller(environ: Environ) -> Caller:
    return caller_of(environ.get("HTTP_AUTHORIZATION", ""))


def _body(environ: Environ) -> bytes:
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def _respond(start_response: StartResponse, status: int, content: Any, error: str = "") -> Iterable[bytes]:
    body = b"" if status == 204 else json.dumps(content, default=str).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    headers += [("X-Amzn-ErrorType", error)] if error else []
    start_response(REASONS[status], headers)
    return [body]
