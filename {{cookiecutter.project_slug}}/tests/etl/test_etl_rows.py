"""What becomes of single rows: faults that Spark reads without a word."""

from platform_in_a_folder import Platform, column, job_settings


def test_a_row_of_the_wrong_length_or_type_is_quarantined_with_file_line_and_reason(platform: Platform) -> None:
    platform.upload("orders/a.csv", "id,amount\n1,2.50\n2\n3,4.00,extra\n4,abc\n")
    settings = job_settings([column("id", "bigint"), column("amount", "decimal(8,2)")])

    outcome = platform.run(settings)

    assert outcome.counts == (4, 1, 3, 0)
    assert outcome.quarantined == [
        {"file": "s3://acme-test-input/orders/a.csv", "line": 3, "reasons": ["malformed"], "record": "2"},
        {"file": "s3://acme-test-input/orders/a.csv", "line": 4, "reasons": ["malformed"], "record": "3,4.00,extra"},
        {
            "file": "s3://acme-test-input/orders/a.csv",
            "line": 5,
            "reasons": ["type:amount"],
            "record": '{"id":"4","amount":"abc"}',
        },
    ]
