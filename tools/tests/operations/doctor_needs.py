"""What a project with every option needs, asked of Terraform once for all tests of the doctor."""

from dataops.operations.doctor.finding import Finding, State

ACCOUNT, REGION = "111111111111", "eu-west-1"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:alerts"
PROJECT_YAML = f"""
name: Acme
slug: acme
region: {REGION}
approvers: [Architects]
delivery: {{developers: [Developers]}}
tags: {{owner: data-team}}
environments:
  - name: dev
    account: "{ACCOUNT}"
    monthly_budget: 100
    jdbc: {{warehouse: {{url: "jdbc:postgresql://db.example.com:5432/sales", secret: sales/warehouse}}}}
  - {{name: prod, account: "222222222222", network: {{vpc: vpc-0abc1234, subnets: [subnet-0abc1234]}}}}
datasets:
  orders: {{format: csv, columns: [{{name: id, type: bigint}}]}}
  customers: {{format: csv, schedule: "cron(0 6 * * ? *)", columns: [{{name: id, type: bigint}}]}}
notifications:
  - {{protocol: email, endpoint: data-team@example.com}}
  - {{protocol: sms, endpoint: "+32470123456"}}
  - {{protocol: slack, workspace: T0123ABCD, channel: C0123ABCD}}
  - {{protocol: topic, arn: "{TOPIC}"}}
"""


def only(findings: list[Finding], state: State) -> Finding:
    """The one finding that there is, which must be of a state."""
    assert [finding.state for finding in findings] == [state], findings
    return findings[0]


def failing(findings: list[Finding]) -> str:
    """What the one failure says; it always says what to do, too."""
    finding = only(findings, State.FAILS)
    assert finding.advice
    return finding.says


def looking(findings: list[Finding]) -> str:
    """What the one thing to look at says."""
    finding = only(findings, State.LOOK)
    assert finding.advice
    return finding.says


def is_fine(findings: list[Finding]) -> bool:
    """Whether there is nothing to do."""
    return all(finding.state is State.FINE for finding in findings)
