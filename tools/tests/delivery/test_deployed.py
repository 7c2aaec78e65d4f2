"""`make deployed` says in one sentence each what is delivered, also before anything is."""

import boto3
import pytest
from botocore.exceptions import ClientError
from tiny_project import SUMMARY_BUCKET, LocalAws

from dataops.delivery.deployed import _line, known_to_a_person, smoke_test_of

COMMIT = "a" * 40


class Forbidding:
    """S3 for whoever may not list the bucket: it does not tell what is there."""

    exceptions = boto3.client("s3", region_name="eu-west-1").exceptions

    def get_object(self, **_: str) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "Access Denied"}}, "GetObject")


def test_before_the_first_delivery_each_environment_says_so(at_local_aws: LocalAws) -> None:
    found = known_to_a_person(boto3.client("s3"), SUMMARY_BUCKET, "never")

    assert _line("dev", found).endswith("nothing was delivered here by the pipeline yet")


def test_whoever_may_not_list_the_bucket_reads_that_too_and_no_error() -> None:
    found = known_to_a_person(Forbidding(), SUMMARY_BUCKET, "dev")

    assert _line("dev", found).endswith("nothing was delivered here yet, or your role may not read the record of it")


def test_without_a_pipeline_the_command_says_what_to_do(at_local_aws: LocalAws) -> None:
    with pytest.raises(SystemExit, match=r"^There is no bucket nobodys-bucket: apply the pipeline first"):
        known_to_a_person(boto3.client("s3"), "nobodys-bucket", "dev")


def test_an_environment_that_has_gone_on_meanwhile_still_tells_how_it_took_the_commit() -> None:
    earlier = {"commit": COMMIT, "smoke_test": "passed", "tested_at": "2026-01-01T00:00:00"}

    assert smoke_test_of("dev", [{"commit": "b" * 40, "smoke_test": "pending"}, earlier], COMMIT) == (
        f"dev had this commit, and its smoke test passed at 2026-01-01T00:00:00; since then it got {'b' * 12}."
    )


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        (None, "dev does not have this commit: nothing was delivered there yet."),
        ({"commit": "b" * 40}, f"dev does not have this commit: it has {'b' * 12}."),
        (
            {"smoke_test": "passed", "tested_at": "2026-01-01T00:00:00", "rows": "2", "seconds": "90"},
            "dev has this commit and passed its smoke test at 2026-01-01T00:00:00, 2 rows published in 90 seconds.",
        ),
        ({"smoke_test": "pending"}, "dev has this commit, and its smoke test is pending."),
    ],
)
def test_how_an_environment_took_a_commit_is_a_sentence(entry: dict[str, str] | None, sentence: str) -> None:
    known = [{"commit": COMMIT} | entry] if entry else []

    assert smoke_test_of("dev", known, COMMIT) == sentence
