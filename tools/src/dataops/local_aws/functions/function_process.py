"""The process of a Lambda function: loads the handler as the runtime does, then answers one event after the other."""

import importlib
import io
import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from types import SimpleNamespace
from typing import Any, TextIO

Act = Callable[[dict[str, Any]], dict[str, Any]]


def main(handler: str) -> None:
    """Report that the handler is loaded, then answer each event: a JSON line in, a JSON line out."""
    # The output of a handler or its child processes must not mix with the responses.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    requests: SimpleQueue[str] = SimpleQueue()
    Thread(target=_listen, args=(sys.stdin, requests), daemon=True).start()
    sys.stdout = sys.stderr = said = io.StringIO()
    act = _loaded(handler)
    answers.write("ready\n")
    while True:
        answers.flush()
        answer = act(json.loads(requests.get()))
        answers.write(json.dumps(answer | {"log": said.getvalue()}) + "\n")
        said.seek(0)
        said.truncate()


def _listen(stream: TextIO, requests: "SimpleQueue[str]") -> None:
    for line in stream:
        requests.put(line)
    # The local AWS has ended, perhaps in the middle of a call: the response is not needed.
    os._exit(0)


def _loaded(handler: str) -> Act:
    module, _, name = handler.rpartition(".")
    try:
        act = getattr(importlib.import_module(module), name)
    except (Exception, SystemExit) as error:
        reason = error
        return lambda request: _failure(reason, request)
    return lambda request: _answer(act, request)


def _answer(act: Callable[[Any, Any], Any], request: dict[str, Any]) -> dict[str, Any]:
    deadline = time.monotonic() + request["timeout"]
    context = SimpleNamespace(
        aws_request_id=request["id"],
        function_name=request["function"],
        invoked_function_arn=request["arn"],
        memory_limit_in_mb=request["memory"],
        get_remaining_time_in_millis=lambda: round((deadline - time.monotonic()) * 1000),
    )
    try:
        return {"payload": json.dumps(act(request["event"], context)), "failed": False}
    except Exception as error:
        return _failure(error, request)
    except SystemExit as end:
        os._exit(end.code if isinstance(end.code, int) else 1)


def _failure(error: BaseException, request: dict[str, Any]) -> dict[str, Any]:
    """The response of a failed call; its log has the reason in one line of JSON, as in the runtime."""
    failure = {"errorMessage": str(error), "errorType": type(error).__name__}
    trace = traceback.format_exception(error)
    print(json.dumps({"log_level": "ERROR", **failure, "requestId": request["id"], "stackTrace": trace}))
    return {"payload": json.dumps(failure), "failed": True}


if __name__ == "__main__":
    main(sys.argv[1])
