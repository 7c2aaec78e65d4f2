"""What the doctor finds about an account: who asks, its region, its quotas, its rights, its organisation."""

from typing import Any

import pytest
from doctor_needs import ACCOUNT, failing, is_fine, looking

from dataops.operations.doctor import billing, identity, organisation, quotas, repository, rights
from dataops.operations.doctor.needs import Needs
from dataops.operations.doctor.reading import UnreadError
from dataops.operations.doctor.rights import MADE_BY, RESOURCE, Simulated
from dataops.project import PROJECT


def test_credentials_of_another_account_will_fail(dev: Needs) -> None:
    found = identity.check_identity(dev, {"Account": "999999999999", "Arn": "arn:aws:iam::999999999999:user/me"})

    assert failing(found) == (
        f"Your AWS credentials are of account 999999999999, but dev is account {ACCOUNT}. Nothing else was asked."
    )
    assert is_fine(identity.check_identity(dev, {"Account": ACCOUNT, "Arn": "arn:aws:iam::111111111111:user/me"}))


@pytest.mark.parametrize("status", ["opted-in", "opt-in-not-required"])
def test_a_region_that_answers_is_fine(status: str, dev: Needs) -> None:
    assert is_fine(identity.check_region(dev, [{"RegionName": "eu-west-1", "OptInStatus": status}]))


def test_a_region_that_is_not_enabled_will_fail(dev: Needs) -> None:
    found = identity.check_region(dev, [{"RegionName": "eu-west-1", "OptInStatus": "not-opted-in"}])

    assert failing(found) == f"Region eu-west-1 is not enabled in account {ACCOUNT}."
    assert failing(identity.check_region(dev, [])) == "AWS has no region eu-west-1."


@pytest.mark.parametrize(
    ("region", "asked"), [("af-south-1", "us-east-1"), ("cn-north-1", "cn-north-1"), ("us-gov-east-1", "us-gov-west-1")]
)
def test_who_asks_is_found_out_in_a_region_that_is_always_on(
    region: str, asked: str, dev: Needs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Needs, "region", region)

    assert identity.enabled_region(dev) == asked


def test_a_region_without_codecommit_will_fail_for_the_delivery_account(pipeline: Needs) -> None:
    assert failing(repository.check_services(pipeline, ["codecommit"])) == "CodeCommit does not exist in eu-west-1."


def test_a_service_that_boto3_knows_nothing_of_is_to_be_looked_at(dev: Needs) -> None:
    found = repository.check_services(dev, ["glue"])

    assert looking(found) == "boto3 has no endpoint of glue in eu-west-1."


def test_codecommit_is_missing_where_aws_never_brought_it(pipeline: Needs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Needs, "region", "eu-central-2")

    missing = repository.read_services(pipeline, reader=None)  # type: ignore[arg-type]

    assert "codecommit" in missing and "lambda" not in missing


def executions(most: int, reserved_by_others: int = 0, held: int = 0) -> dict[str, int]:
    return {"all": most, "unreserved": most - reserved_by_others - held, "held": held}


def reserved(needs: Needs) -> int:
    return sum(needs.capacity["reserved_executions"].values())


def test_an_account_with_ten_executions_will_fail_and_the_advice_names_what_is_enough(dev: Needs) -> None:
    found = quotas.check_executions(dev, executions(10))

    assert "may run 10 at once" in failing(found) and f"dev reserves {reserved(dev)}" in failing(found)
    enough = 10 + reserved(dev)
    assert f"at least {enough} " in found[0].advice
    assert is_fine(quotas.check_executions(dev, executions(1000)))


def test_the_quota_that_the_advice_names_is_not_refused(dev: Needs) -> None:
    assert looking(quotas.check_executions(dev, executions(10 + reserved(dev)))).endswith("AWS keeps 10 to 100.")


def test_an_account_of_usual_size_must_keep_a_hundred(dev: Needs) -> None:
    found = quotas.check_executions(dev, executions(1000, reserved_by_others=900))

    assert "AWS keeps 100" in failing(found)


def test_executions_that_this_deployment_holds_already_are_not_counted_twice(dev: Needs) -> None:
    assert is_fine(quotas.check_executions(dev, executions(1000, reserved_by_others=880, held=reserved(dev))))


def test_a_full_event_bus_will_fail(dev: Needs) -> None:
    others = [f"other-{number}" for number in range(300)]

    found = quotas.check_rules(dev, {"rules": others, "most": 300.0})

    assert failing(found) == f"The event bus holds 300 of 300 rules; dev makes {dev.capacity['event_rules']}."


def test_rules_of_this_deployment_are_not_counted_twice(dev: Needs) -> None:
    own = [f"acme-dev-{number}" for number in range(300)]

    assert is_fine(quotas.check_rules(dev, {"rules": own, "most": 300.0}))


def test_a_bus_of_a_small_region_holds_a_hundred(dev: Needs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Needs, "region", "af-south-1")
    others = [f"other-{number}" for number in range(95)]

    assert "95 of 100 rules" in failing(quotas.check_rules(dev, {"rules": others, "most": None}))


def test_an_account_without_builds_will_fail_and_one_with_one_is_to_be_looked_at(pipeline: Needs) -> None:
    none = quotas.check_builds(pipeline, {"Linux/Small": 0.0, "Linux/Medium": 60.0})
    one = quotas.check_builds(pipeline, {"Linux/Small": 60.0, "Linux/Medium": 1.0})

    assert failing(none) == "CodeBuild may run no Linux/Small build: every delivery stops at its first build."
    assert looking(one) == "CodeBuild may run 1 Linux/Medium build at once: a second one is refused while it runs."
    assert is_fine(quotas.check_builds(pipeline, {"Linux/Small": 60.0, "Linux/Medium": None}))


def test_a_run_that_is_larger_than_the_account_will_fail(dev: Needs) -> None:
    assert failing(quotas.check_glue(dev, {"runs": 50.0, "dpu": 1.0})) == (
        "One run takes 2 DPU, but Glue may use 1 in this account."
    )
    assert failing(quotas.check_glue(dev, {"runs": 0.0, "dpu": 100.0})) == "Glue may run no job in this account."


def test_runs_that_do_not_fit_side_by_side_are_to_be_looked_at(dev: Needs) -> None:
    # orders, customers and the canary.
    found = looking(quotas.check_glue(dev, {"runs": 2.0, "dpu": 4.0}))

    assert found == "3 jobs of 2 DPU each want 6 DPU at once; Glue may have 2 runs and 4 DPU."
    assert is_fine(quotas.check_glue(dev, {"runs": 3.0, "dpu": 6.0}))


def test_an_account_full_of_roles_will_fail(dev: Needs) -> None:
    full = {"Roles": 1000, "RolesQuota": 1000, "Policies": 1, "PoliciesQuota": 1500}

    assert failing(quotas.check_policies(dev, full)) == "IAM has room for 0 more roles."
    assert is_fine(quotas.check_policies(dev, full | {"Roles": 900}))


def test_what_the_simulator_denies_is_to_be_looked_at_and_never_a_failure(dev: Needs) -> None:
    found = rights.check_rights(dev, [Simulated("iam:CreateRole", False, True), Simulated("kms:CreateKey", True, True)])

    assert looking(found) == "You seem to lack iam:CreateRole."
    assert is_fine(rights.check_rights(dev, [Simulated("kms:CreateKey", True, True)]))


def test_what_only_a_role_of_the_delivery_does_is_not_missed_in_the_person(dev: Needs) -> None:
    assert is_fine(rights.check_rights(dev, [Simulated("ec2:CreateVpc", False, True, is_own=False)]))
    denied = rights.check_rights(dev, [Simulated("ec2:CreateVpc", False, False, is_own=False)])
    assert looking(denied) == "Your organisation seems to deny ec2:CreateVpc."


def test_what_an_organisation_denies_is_listed_apart(dev: Needs) -> None:
    found = rights.check_rights(dev, [Simulated("s3:CreateBucket", False, False)])

    assert looking(found) == "Your organisation seems to deny s3:CreateBucket."


def test_the_root_user_is_advised_against(dev: Needs) -> None:
    assert looking(rights.check_rights(dev, None)) == "You are the account's root user."


# Of these a person's right to make the thing that they belong to says enough.
PARTS = {
    "aws_codecommit_approval_rule_template_association", "aws_s3_bucket_lifecycle_configuration",
    "aws_s3_bucket_logging", "aws_s3_bucket_notification", "aws_s3_bucket_ownership_controls",
    "aws_s3_bucket_server_side_encryption_configuration", "aws_s3_bucket_versioning", "aws_sns_topic_policy",
    "aws_sqs_queue_policy", "aws_sqs_queue_redrive_policy", "aws_default_security_group", "aws_s3_object",
    "aws_route_table_association", "aws_security_group_rule",
}  # fmt: skip


@pytest.mark.parametrize("folder", ["bootstrap", "pipeline", "modules/storage", *rights.ENVIRONMENT])
def test_every_kind_of_resource_that_a_person_applies_has_the_call_that_makes_it(folder: str) -> None:
    texts = [path.read_text(encoding="utf-8") for path in (PROJECT / folder).glob("*.tf")]
    kinds = {kind for text in texts for kind in RESOURCE.findall(text) if kind.startswith("aws_")}

    assert kinds - MADE_BY.keys() - PARTS == set(), "add it to operations/doctor/rights.py"


def tag_rule(**rule: Any) -> dict[str, Any]:
    return {"environment": {"tag_key": "Environment", "tag_value": ["Dev", "Prod"], **rule}}


def test_an_enforced_tag_policy_that_does_not_admit_our_value_will_fail(dev: Needs) -> None:
    found = organisation.check_tag_policy(dev, tag_rule(enforced_for=["s3:bucket", "glue:*"]))

    assert failing(found) == (
        "Your organisation's tag policy wants Environment to be one of Dev, Prod, not Environment = dev, "
        "and refuses it for s3:bucket, glue:*."
    )


def test_a_tag_policy_that_only_reports_is_to_be_looked_at(dev: Needs) -> None:
    assert "one of Dev, Prod" in looking(organisation.check_tag_policy(dev, tag_rule()))


def test_a_tag_policy_may_want_another_spelling(dev: Needs) -> None:
    rules = {"owner": {"tag_key": "Owner", "enforced_for": ["ec2:*"]}}

    assert "wants the tag to be written Owner, not owner = data-team" in failing(
        organisation.check_tag_policy(dev, rules)
    )


def test_a_tag_policy_with_a_wildcard_admits_what_it_covers(dev: Needs) -> None:
    rules = {"environment": {"tag_key": "Environment", "tag_value": ["d*"], "enforced_for": ["s3:*"]}}

    assert is_fine(organisation.check_tag_policy(dev, rules))
    assert is_fine(organisation.check_tag_policy(dev, {}))


def test_a_budget_whose_tag_is_not_active_counts_nothing(dev: Needs) -> None:
    inactive = [{"TagKey": "Deployment", "Type": "UserDefined", "Status": "Inactive"}]

    for tags in ([], inactive):
        assert "is not active" in looking(billing.check_billing(dev, {"budgets": {}, "tags": tags}))
    assert is_fine(billing.check_billing(dev, {"budgets": {}, "tags": [inactive[0] | {"Status": "Active"}]}))


def test_billing_that_iam_may_not_see_was_not_read_and_did_not_fail(dev: Needs) -> None:
    closed = UnreadError("needs budgets:ViewBudget")

    found = billing.check_billing(dev, {"budgets": closed, "tags": [{"Status": "Active"}]})

    assert [(finding.state.value, finding.says) for finding in found] == [("not read", "needs budgets:ViewBudget")]
