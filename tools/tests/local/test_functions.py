"""A deployed Lambda really runs: its archive, its own environment, its limits, its log and its dead letters."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from local_aws_server import ACCOUNT, Server, archive, eventually

ECHO = "def handle(event, context):\n    return event\n"
# Reports its start, then waits until it may continue.
HELD = """
import pathlib, time

def handle(event, context):
    folder = pathlib.Path(event)
    (folder / context.aws_request_id).touch()
    while not (folder / "go").exists():
        time.sleep(0.05)
"""


def test_a_function_gets_the_event_and_its_answer_comes_back(server: Server) -> None:
    server.function("echo", ECHO)

    assert server.invoke("echo", {"text": "žluťoučký", "number": 1}) == {"text": "žluťoučký", "number": 1}


def test_a_function_sees_its_own_environment_and_none_of_the_shell(server: Server) -> None:
    source = "import os\ndef handle(event, context):\n    return dict(os.environ)\n"
    server.function("environment", source, Environment={"Variables": {"PREFIX": "acme"}})

    seen = server.invoke("environment")

    assert seen["PREFIX"] == "acme"
    assert seen["AWS_ENDPOINT_URL"] == server.platform.address
    assert "SECRET_OF_THE_SHELL" not in seen


def test_the_context_tells_who_is_called_and_how_much_time_is_left(server: Server) -> None:
    source = (
        "def handle(event, context):\n"
        "    left = context.get_remaining_time_in_millis()\n"
        "    who = [context.function_name, context.invoked_function_arn, context.memory_limit_in_mb]\n"
        "    return [*who, 0 < left <= 9000]\n"
    )
    arn = server.function("context", source, Timeout=9, MemorySize=256)

    assert server.invoke("context") == ["context", arn, 256, True]


def test_what_a_function_prints_is_in_its_log_group(server: Server) -> None:
    source = (
        "import sys\nprint('loading')\ndef handle(event, context):\n    print('a')\n    print('b', file=sys.stderr)\n"
    )
    server.function("printing", source)

    server.invoke("printing")

    lines = server.logged("/aws/lambda/printing")
    assert lines[0].startswith("START RequestId: ")
    assert lines[1:4] == ["loading", "a", "b"]
    assert json.loads(lines[4])["record"]["metrics"]["durationMs"] >= 0


def test_the_log_group_that_a_function_names_gets_its_lines(server: Server) -> None:
    server.client("logs").create_log_group(logGroupName="/own")
    server.function(
        "named_group", "def handle(event, context):\n    print('here')\n", LoggingConfig={"LogGroup": "/own"}
    )

    server.invoke("named_group")

    assert "here" in server.logged("/own")


def test_calls_of_one_process_share_a_log_stream(server: Server) -> None:
    server.function("streams", ECHO)

    server.invoke("streams")
    server.invoke("streams")

    streams = server.client("logs").describe_log_streams(logGroupName="/aws/lambda/streams")["logStreams"]
    assert len(streams) == 1


def test_a_child_of_a_function_that_prints_does_not_get_among_the_answers(server: Server) -> None:
    server.function("child", "import os\ndef handle(event, context):\n    os.system('echo no answer')\n    return 1\n")

    assert server.invoke("child") == 1


def test_a_raised_error_is_an_error_of_the_function(server: Server) -> None:
    server.function("raising", "def handle(event, context):\n    raise KeyError('no such row')\n")

    answer = server.client("lambda").invoke(FunctionName="raising")

    assert answer["FunctionError"]
    assert json.loads(answer["Payload"].read()) == {"errorType": "KeyError", "errorMessage": "'no such row'"}
    (line,) = (line for line in server.logged("/aws/lambda/raising") if "errorType" in line)
    logged = json.loads(line)
    assert (logged["errorType"], logged["errorMessage"]) == ("KeyError", "'no such row'")
    assert any("raise KeyError('no such row')" in step for step in logged["stackTrace"])


def test_a_module_that_cannot_be_loaded_is_an_error_of_each_call_of_the_function(server: Server) -> None:
    server.function("broken", "import no_such_module\n")

    assert [server.invoke("broken")["errorType"] for _ in range(2)] == ["ModuleNotFoundError"] * 2
    assert sum("ModuleNotFoundError" in line for line in server.logged("/aws/lambda/broken")) == 2


def test_a_function_that_takes_too_long_is_ended_and_can_be_called_again(server: Server) -> None:
    source = "import time\ndef handle(event, context):\n    time.sleep(event)\n    return 'in time'\n"
    server.function("slow", source, Timeout=1)

    assert server.invoke("slow", 600)["errorType"] == "Sandbox.Timedout"
    assert server.invoke("slow", 0) == "in time"


def test_a_function_that_ends_its_process_is_reported_and_can_be_called_again(server: Server) -> None:
    server.function(
        "exiting", "import sys\ndef handle(event, context):\n    return sys.exit(3) if event else 'alive'\n"
    )

    ended = server.invoke("exiting", True)

    assert ended["errorType"] == "Runtime.ExitError"
    assert ended["errorMessage"].endswith("Runtime exited with exit status 3")
    assert server.invoke("exiting", False) == "alive"


def test_a_process_stays_warm_between_calls(server: Server) -> None:
    server.function("counting", "calls = []\ndef handle(event, context):\n    calls.append(1)\n    return len(calls)\n")

    assert [server.invoke("counting") for _ in range(3)] == [1, 2, 3]


def test_new_code_and_a_new_environment_are_taken_at_once(server: Server) -> None:
    source = "import os\ndef handle(event, context):\n    return [{}, os.environ.get('MODE')]\n"
    server.function("changing", source.format(1))
    functions = server.client("lambda")

    assert server.invoke("changing") == [1, None]
    functions.update_function_code(FunctionName="changing", ZipFile=archive({"changing.py": source.format(2)}))
    assert server.invoke("changing") == [2, None]
    functions.update_function_configuration(FunctionName="changing", Environment={"Variables": {"MODE": "new"}})
    assert server.invoke("changing") == [2, "new"]


def test_a_module_with_the_name_of_one_of_ours_is_the_archives_own(server: Server) -> None:
    server.function("schedule", "def handle(event, context):\n    return 'from the archive'\n")

    assert server.invoke("schedule") == "from the archive"


def test_first_calls_at_the_same_time_all_find_the_whole_archive(server: Server) -> None:
    source = "import last_of_all\ndef handle(event, context):\n    return last_of_all.here\n"
    files = {
        "burst.py": source,
        **{f"filler_{n}.py": "#" * 20_000 for n in range(300)},
        "last_of_all.py": "here = True",
    }
    server.function("burst", source)
    server.client("lambda").update_function_code(FunctionName="burst", ZipFile=archive(files))

    with ThreadPoolExecutor(8) as callers:
        assert list(callers.map(lambda _: server.invoke("burst"), range(8))) == [True] * 8


def test_a_call_beyond_the_reserved_concurrency_is_throttled(server: Server, tmp_path: Path) -> None:
    server.function("reserved", HELD)
    functions = server.client("lambda")
    functions.put_function_concurrency(FunctionName="reserved", ReservedConcurrentExecutions=1)

    with ThreadPoolExecutor(1) as callers:
        first = callers.submit(server.invoke, "reserved", str(tmp_path))
        eventually(lambda: list(tmp_path.iterdir()), "the first call")
        with pytest.raises(functions.exceptions.TooManyRequestsException, match="reserved runs 1 times already"):
            functions.invoke(FunctionName="reserved", Payload=json.dumps(str(tmp_path)))
        (tmp_path / "go").touch()
        assert first.result() is None
    assert server.invoke("reserved", str(tmp_path)) is None


def test_a_function_with_nothing_reserved_never_runs(server: Server) -> None:
    server.function("switched_off", ECHO)
    functions = server.client("lambda")
    functions.put_function_concurrency(FunctionName="switched_off", ReservedConcurrentExecutions=0)

    with pytest.raises(functions.exceptions.TooManyRequestsException):
        functions.invoke(FunctionName="switched_off")


def test_events_beyond_the_reserved_concurrency_wait_and_are_not_lost(server: Server, tmp_path: Path) -> None:
    functions = server.client("lambda")
    for name in ("waiting_a", "waiting_b"):
        (tmp_path / name).mkdir()
        server.function(name, HELD)
        functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
        for _ in range(4):
            event = json.dumps(str(tmp_path / name))
            functions.invoke(FunctionName=name, InvocationType="Event", Payload=event)
    for name in ("waiting_a", "waiting_b"):
        eventually(lambda name=name: list((tmp_path / name).iterdir()), name)
        assert len(list((tmp_path / name).iterdir())) == 1
        (tmp_path / name / "go").touch()

    for name in ("waiting_a", "waiting_b"):
        eventually(lambda name=name: len(list((tmp_path / name).iterdir())) == 5, name)


def failing(tmp_path: Path) -> str:
    return (
        "def handle(event, context):\n"
        f"    with open({str(tmp_path / 'attempts')!r}, 'a') as attempts:\n"
        "        attempts.write(context.aws_request_id + '\\n')\n"
        "    raise ValueError('again')\n"
    )


def test_an_event_is_tried_three_times_then_goes_to_the_dead_letters(server: Server, tmp_path: Path) -> None:
    letters = server.queue("dead-letters-of-a-function")
    server.function("failing", failing(tmp_path), DeadLetterConfig={"TargetArn": letters})

    server.client("lambda").invoke(FunctionName="failing", InvocationType="Event", Payload=b'{"a": 1}')

    (letter,) = eventually(lambda: server.messages(letters), "the dead letter")
    attributes = {name: attribute["StringValue"] for name, attribute in letter["MessageAttributes"].items()}
    attempts = (tmp_path / "attempts").read_text().split()
    assert json.loads(letter["Body"]) == {"a": 1}
    assert attempts == [attributes["RequestID"]] * 3
    assert attributes["ErrorCode"] == "200"
    assert json.loads(attributes["ErrorMessage"]) == {"errorType": "ValueError", "errorMessage": "again"}


def test_a_call_that_waits_for_its_answer_is_tried_once(server: Server, tmp_path: Path) -> None:
    server.function("failing_once", failing(tmp_path))

    server.invoke("failing_once")
    server.settle()

    assert len((tmp_path / "attempts").read_text().split()) == 1


def test_an_event_for_a_function_that_is_not_there_is_refused(server: Server) -> None:
    functions = server.client("lambda")

    with pytest.raises(functions.exceptions.ResourceNotFoundException):
        functions.invoke(FunctionName="nobody", InvocationType="Event")


def test_a_function_reaches_the_local_aws_with_a_plain_client(server: Server) -> None:
    source = (
        "import boto3\ndef handle(event, context):\n    return boto3.client('sts').get_caller_identity()['Account']\n"
    )
    server.function("client", source, Timeout=60)

    answer: Any = server.invoke("client")

    assert answer == ACCOUNT


def test_what_feeds_a_function_is_found_by_its_name_and_by_its_arn(server: Server) -> None:
    functions, queue = server.client("lambda"), server.queue("feeding")
    arn = server.function("fed", ECHO)
    made = functions.create_event_source_mapping(EventSourceArn=queue, FunctionName=arn)["UUID"]

    found = [functions.list_event_source_mappings(FunctionName=name)["EventSourceMappings"] for name in ("fed", arn)]

    functions.delete_event_source_mapping(UUID=made)
    assert [[mapping["UUID"] for mapping in mappings] for mappings in found] == [[made], [made]]
