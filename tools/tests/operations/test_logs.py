"""`dataops logs`: equal errors are one entry with a count and a sample, the newest last."""

import json

from dataops.operations.log_groups import Row, lines_of

LOG = "111111111111:/aws/lambda/acme-dev-sweep"


def error(second: int, name: str = "LEDGER_TABLE", request: str = "3f2c1a90-1111-4222-8333-1234567890ab") -> Row:
    given = {
        "errorType": "KeyError",
        "errorMessage": f"'{name}'",
        "requestId": request,
        "stackTrace": [
            '  File "/var/task/sweep.py", line 12, in <module>\n',
            '  File "/var/task/a.py", line 3, in b\n',
        ],
    }
    return {"@timestamp": f"2026-03-01 22:05:{second:02}.000", "@log": LOG, "@message": json.dumps(given)}


def test_equal_errors_are_one_entry_with_a_count_and_one_sample() -> None:
    rows = [error(second, request=f"{second:08x}-1111-4222-8333-1234567890ab") for second in range(24)]

    assert lines_of(rows) == [
        "24 times, 2026-03-01 22:05:00 to 22:05:23, /aws/lambda/acme-dev-sweep",
        "  KeyError: 'LEDGER_TABLE'",
        '  File "/var/task/a.py", line 3, in b',
    ]


def test_different_errors_and_different_functions_are_entries_of_their_own() -> None:
    other = error(3) | {"@log": "111111111111:/aws/lambda/acme-dev-notify"}

    assert len([line for line in lines_of([error(1), error(2, "X"), other]) if "KeyError" in line]) == 3


def test_the_newest_comes_last_whatever_the_order_of_the_answer() -> None:
    lines = lines_of([error(9, "NEWEST"), error(5, "OLD"), error(1, "NEWEST")])

    assert [line for line in lines if "KeyError" in line] == ["  KeyError: 'OLD'", "  KeyError: 'NEWEST'"]


def test_what_is_counted_by_time_is_in_the_order_of_time() -> None:
    rows = [{"bin(15m)": f"2026-03-01 22:{minute}:00", "calls": "2"} for minute in (30, 15)]

    assert lines_of(rows) == ["bin(15m)=2026-03-01 22:15:00  calls=2", "bin(15m)=2026-03-01 22:30:00  calls=2"]


def test_rows_without_a_message_stay_as_they_are_also_if_they_are_alike() -> None:
    rows = [{"@timestamp": f"2026-03-01 22:05:0{n}.000", "run": "a", "quarantined": str(n)} for n in (2, 1)]

    assert [line.rpartition("=")[2] for line in lines_of(rows)] == ["1", "2"]


def test_a_message_that_is_no_error_of_a_lambda_is_shown_as_it_is() -> None:
    row = {
        "@timestamp": "2026-03-01 22:05:01.000",
        "@message": '{"event": "connections-checked", "unreachable": ["w"]}',
    }

    assert lines_of([row]) == ["2026-03-01 22:05:01", '  {"event": "connections-checked", "unreachable": ["w"]}']
    assert lines_of([row | {"@message": "Task timed out\n"}]) == ["2026-03-01 22:05:01", "  Task timed out"]
