"""The delivery on this machine ends with a sentence, whatever happens to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from dataops.local_run import pipeline_demo


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (KeyboardInterrupt(), "Stopped: nothing is left of it."),
        (EndpointConnectionError(endpoint_url="http://127.0.0.1:1"), "The local AWS of the delivery was stopped"),
    ],
)
def test_a_delivery_that_is_stopped_says_so(
    error: BaseException, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def stopped(*_: Any) -> Iterator[None]:
        raise error
        yield

    monkeypatch.setattr("sys.argv", ["pipeline_demo", "--answers", "yes"])
    monkeypatch.setattr(pipeline_demo.signal, "signal", lambda *_: None)
    monkeypatch.setattr(pipeline_demo, "folder_of", lambda _: tmp_path / "delivery")
    monkeypatch.setattr(pipeline_demo, "local_delivery", stopped)
    monkeypatch.setattr(pipeline_demo, "alone", stopped)

    with pytest.raises(SystemExit) as ended:
        pipeline_demo.main()

    assert str(ended.value.code).startswith(sentence)
