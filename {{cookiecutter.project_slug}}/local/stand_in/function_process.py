"""The inside of a Lambda: loads a handler as the runtime does, then answers one event after the other."""

import importlib
import io
import json
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from types import SimpleNamespace
from typing import Any, TextIO


def main(requests: TextIO, answers: TextIO, handler: str) -> None:
    """Read events from one stream, a JSON line each, and write answers to the other."""
    module, _, name = handler.rpartition(".")
    act, failure = None, None
    with redirect_stdout(io.StringIO()), redirect_stderr(sys.stdout):
        try:
            act = getattr(importlib.import_module(module), name)
        except Exception as error:
            failure = _failure(error)
    for line in requests:
        answer = failure or _answer(act, json.loads(line))  # type: ignore[arg-type]
        answers.write(json.dumps(answer, default=str) + "\n")
        answers.flush()


def _answer(act: Callable[[Any, Any], Any], request: dict[str, Any]) -> dict[str, Any]:
    deadline = time.monotonic() + request["timeout"]
    context = SimpleNamespace(
        aws_request_id=request["id"],
        function_name=request["function"],
        invoked_function_arn=request["arn"],
        memory_limit_in_mb=request["memory"],
        get_remaining_time_in_millis=lambda: round((deadline - time.monotonic()) * 1000),
    )
    with redirect_stdout(io.StringIO()) as said, redirect_stderr(said):
        try:
            payload = act(request["event"], context)
            json.dumps(payload)
            result = {"payload": payload, "log": ""}
        except Exception as error:
            result = _failure(error)
    return result | {"log": said.getvalue() + result["log"]}


def _failure(error: Exception) -> dict[str, Any]:
    lines = traceback.format_exception(error)
    told = {"errorMessage": str(error), "errorType": type(error).__name__}
    return {"payload": told, "failed": True, "log": "".join(lines)}


if __name__ == "__main__":
    main(sys.stdin, sys.stdout, sys.argv[1])
