"""The answers that bakes are made of: every branch of the questions at least once, and their extremes."""

from typing import Any

# The account that the local AWS has.
ACCOUNT = "111111111111"
CONNECTION = f"arn:aws:codestar-connections:eu-west-1:{ACCOUNT}:connection/12345678-1234-1234-1234-123456789012"

COLUMNS = [
    {"name": "id", "type": "bigint"},
    {"name": "seen_at", "type": "timestamp"},
    {"name": "value", "type": "double"},
]

EVERY_NOTIFICATION = [
    {"protocol": "email", "endpoint": "o'brien+data@example.com"},
    {"protocol": "sms", "endpoint": "+32470123456"},
    {"protocol": "https", "endpoint": "https://example.com/data?team=sales&x=%20"},
    {"protocol": "slack", "workspace": "T0123ABCD", "channel": "C0123ABCD"},
    {
        "protocol": "teams",
        "tenant": "12345678-1234-1234-1234-123456789012",
        "team": "22345678-1234-1234-1234-123456789012",
        "channel": "19:abcdef@thread.tacv2",
    },
    {"protocol": "topic", "arn": "arn:aws:sns:eu-west-1:111111111111:alerts"},
]

EVERY_RULE = {
    "measurements": {
        "format": "csv",
        "prefix": "raw/measurements/",
        "delimiter": ";",
        "missing_values": ["NA", "#N/A"],
        "columns": [
            {"name": "sensor", "type": "string", "required": True, "pattern": '[A-Z]{2}-\\d+ "x" \\$\\{y\\}'},
            {
                "name": "taken_on",
                "type": "date",
                "format": "dd/MM/yyyy",
                "minimum": "2020-01-01",
                "maximum": "2030-12-31",
            },
            {"name": "amount", "type": "decimal(12,2)", "minimum": -0.5, "maximum": 100000},
            {"name": "kind", "type": "string", "one_of": ["a", "it's", 'say "b"', "{c}", "é"]},
            {"name": "serial", "type": "int", "unique": True},
        ],
        "primary_key": ["sensor", "taken_on"],
        "partition_by": "kind",
        "maximum_quarantined_share": 0.5,
        "on_drift": "stop",
        "expected_every": "2 days",
        "schedule": "cron(0 6 * * ? *)",
    },
    "events": {"format": "parquet", "columns": COLUMNS},
    "readings": {"format": "orc", "columns": COLUMNS, "primary_key": ["id"], "newest_by": "seen_at"},
}

MATRIX: dict[str, dict[str, Any]] = {
    "the defaults": {},
    "one dataset and one environment": {"datasets": "x", "environments": "live=333333333333"},
    "twelve datasets": {"datasets": ", ".join(f"dataset_{letter}" for letter in "abcdefghijkl")},
    "four environments": {
        "environments": "dev=111111111111, test=222222222222, uat=333333333333, prod=444444444444",
    },
    "GitHub and an existing VPC": {
        "git": "github:acme/sales-data",
        "network": "vpc-0123456789abcdef0 subnet-0123456789abcdef0 subnet-0123456789abcdef1",
    },
    "GitLab and every notification": {"git": "gitlab:acme/sub/sales", "notifications": EVERY_NOTIFICATION},
    "Bitbucket and free text": {
        "git": "bitbucket:acme/sales",
        "project_name": 'Tom\'s "lake" №1 — {été} ${x} %{y} <ü> \\',
        "tags": {"cost center": "42", "équipe": "données & ventes=a+b".replace("&", "-")},
    },
    "every rule, JDBC, a second region": {
        "datasets": EVERY_RULE,
        "environments": [
            {
                "name": "dev",
                "account": "111111111111",
                "workers": 4,
                "worker_type": "G.2X",
                "approval": False,
                "jdbc": {"warehouse": {"url": "jdbc:postgresql://db.example.com:5433/sales", "secret": "sales/db"}},
            },
            {
                "name": "prod",
                "account": "222222222222",
                "region": "eu-central-1",
                "network": {"cidr": "10.9.0.0/20"},
            },
        ],
    },
    "names of full length": {
        "project_slug": "a-b-c-d-e-f-g-h-i-j-k-lm",
        "environments": "staging8=111111111111",
        "datasets": "a_dataset_of_full_length",
    },
}

# How changes are delivered, with everything that can be said about it.
DELIVERY: dict[str, Any] = {
    "environments": [
        {"name": "dev", "account": ACCOUNT},
        {
            "name": "prod",
            "account": "222222222222",
            "deploy_window": {"days": "MON-FRI", "hours": "9-16", "time_zone": "Europe/Brussels"},
        },
    ],
    "approvers": {"approvers": ["Architects", "SMEs"], "delivery": {"developers": ["Developers"]}},
}

GIT_PROVIDERS: dict[str, dict[str, Any]] = {
    "GitHub, four environments in accounts of their own": {
        "git": "github:acme/sales-data",
        "environments": [
            {"name": "dev", "account": "222222222222", "approval": False},
            {"name": "test", "account": "333333333333", "approval": False, "region": "eu-central-1"},
            {"name": "uat", "account": "444444444444"},
            {"name": "prod", "account": "555555555555", "deploy_window": DELIVERY["environments"][1]["deploy_window"]},
        ],
        "approvers": {"approvers": ["Architects"], "delivery": {"account": ACCOUNT, "approval_timeout": "60 days"}},
    },
    "GitLab, nobody named to write, approve or hear": {
        "git": "gitlab:acme/sub/sales",
        "environments": [{"name": "dev", "account": ACCOUNT, "approval": False}],
        "approvers": {"approvers": [], "delivery": {}},
        "notifications": [],
    },
    "Bitbucket by a connection that exists": {
        "git": "bitbucket:acme/sales",
        "environments": "live=111111111111",
        "approvers": {
            "approvers": ["AWSReservedSSO_Architects_0123456789abcdef"],
            "delivery": {"connection": CONNECTION},
        },
    },
}
