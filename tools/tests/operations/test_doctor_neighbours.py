"""What the doctor finds about what is there already: names, people, the catalog, networks, secrets, targets."""

from copy import deepcopy
from typing import Any

import pytest
from doctor_needs import TOPIC, failing, is_fine, looking, only

from dataops.operations.doctor import (
    catalog,
    databases,
    deployed,
    network,
    notifications,
    people,
    repository,
    taken_names,
)
from dataops.operations.doctor.finding import State
from dataops.operations.doctor.needs import Needs
from dataops.operations.doctor.reading import UnreadError

OWN = {"Deployment": "acme-dev"}
KEY = "arn:aws:kms:eu-west-1:111111111111:key/12345678-1234-1234-1234-123456789012"


def test_a_bucket_of_another_account_will_fail(dev: Needs) -> None:
    found = taken_names.check_buckets(dev, {dev.buckets[0]: taken_names.ELSEWHERE, dev.buckets[1]: None})

    assert failing(found) == (
        f"The bucket {dev.buckets[0]} exists already, of another account, and does not belong to this deployment."
    )


def test_a_bucket_that_somebody_made_by_hand_will_fail_and_our_own_is_fine(dev: Needs) -> None:
    by_hand, own = {dev.buckets[0]: {"owner": "me"}}, {dev.buckets[0]: OWN}

    assert "exists already" in failing(taken_names.check_buckets(dev, by_hand))
    assert is_fine(taken_names.check_buckets(dev, own))


def test_every_bucket_of_bootstrap_and_of_the_deployment_is_asked_for(dev: Needs, pipeline: Needs) -> None:
    assert len(dev.buckets) == len({*dev.buckets}) == 8
    assert len(pipeline.buckets) == len({*pipeline.buckets}) == 4


def test_a_role_under_our_prefix_that_is_not_ours_will_fail(dev: Needs) -> None:
    assert "role acme-dev-sweep exists already" in failing(taken_names.check_roles(dev, {"acme-dev-sweep": {}}))
    assert is_fine(taken_names.check_roles(dev, {"acme-dev-sweep": OWN}))


def test_a_log_group_that_aws_made_will_fail(dev: Needs) -> None:
    found = taken_names.check_services(
        dev, {"log group /aws/lambda/acme-dev-sweep": {}, "queue acme-dev-uploads": None}
    )

    assert "log group /aws/lambda/acme-dev-sweep exists already" in failing(found)


def test_names_that_could_not_be_read_are_listed_once_and_do_not_fail(dev: Needs) -> None:
    refused = UnreadError("needs s3:ListAllMyBuckets")

    found = taken_names.check_buckets(dev, dict.fromkeys(dev.buckets, refused))

    assert only(found, State.UNREAD).says == "needs s3:ListAllMyBuckets"


def test_a_repository_that_exists_can_be_adopted(pipeline: Needs) -> None:
    there = {"is_there": True, "tags": {}}

    found = taken_names.check_repository(pipeline, there)

    assert looking(found) == "The CodeCommit repository acme exists already."
    assert "ADOPT=true" in found[0].advice
    assert is_fine(taken_names.check_repository(pipeline, there | {"tags": {"Deployment": "acme-pipeline"}}))


def test_an_approver_whose_role_is_missing_will_fail(pipeline: Needs) -> None:
    found = people.check_people(pipeline, {"Architects": None, "Developers": []})

    assert failing(found) == "There is no role Architects in account 111111111111."


def test_a_role_without_room_for_our_policies_will_fail(pipeline: Needs) -> None:
    full = [f"their-{number}" for number in range(9)]

    assert "Architects has 9 managed policies of 10" in failing(people.check_people(pipeline, {"Architects": full}))
    assert is_fine(people.check_people(pipeline, {"Architects": full[:8]}))
    assert is_fine(people.check_people(pipeline, {"Architects": [*full[:8], "acme-pipeline-guard"]}))


def test_a_role_of_identity_center_is_to_be_looked_at(pipeline: Needs) -> None:
    assert "IAM Identity Center" in looking(people.check_people(pipeline, {"AWSReservedSSO_Data_0123": []}))


def test_approvers_and_developers_are_asked_for(pipeline: Needs) -> None:
    assert pipeline.people == ["Architects", "Developers"]


EVERYBODY = {"Principal": {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}, "Permissions": ["ALL"]}
OPEN, GOVERNED = ({"CreateDatabaseDefaultPermissions": defaults} for defaults in ([EVERYBODY], []))


def with_entry(needs: Needs, **entry: Any) -> Needs:
    settings = deepcopy(needs.settings)
    settings["environment"] |= entry
    return Needs(settings)


def test_a_catalog_that_lake_formation_governs_will_fail_unless_the_project_asks_for_grants(dev: Needs) -> None:
    assert "Lake Formation governs" in failing(catalog.check_lake(dev, GOVERNED))
    assert is_fine(catalog.check_lake(with_entry(dev, lake_formation=True), GOVERNED))
    assert is_fine(catalog.check_lake(dev, OPEN))


def test_grants_that_nobody_needs_are_to_be_looked_at(dev: Needs) -> None:
    assert "IAM alone decides" in looking(catalog.check_lake(with_entry(dev, lake_formation=True), OPEN))


def with_keys(needs: Needs, *keys: str) -> Needs:
    return with_entry(needs, foreign_keys=list(keys))


def test_a_catalog_encrypted_with_a_foreign_key_will_fail_unless_the_project_names_the_key(dev: Needs) -> None:
    found = {"CatalogEncryptionMode": "SSE-KMS", "SseAwsKmsKeyId": KEY}

    assert failing(catalog.check_encryption(dev, found)).startswith(f"The Data Catalog is encrypted with {KEY}")
    assert is_fine(catalog.check_encryption(with_keys(dev, KEY), found))
    assert is_fine(catalog.check_encryption(dev, {"CatalogEncryptionMode": "DISABLED"}))


def room(**found: Any) -> dict[str, Any]:
    most = {"most_vpcs": 5.0, "most_gateways": 20.0, "most_interfaces": 50.0}
    return {"vpcs": [], "endpoints": [], **most, **found}


def test_a_region_full_of_vpcs_will_fail_unless_ours_is_one_of_them(dev: Needs) -> None:
    others: list[dict[str, Any]] = [{"VpcId": f"vpc-{number}"} for number in range(5)]
    own = {"VpcId": "vpc-5", "Tags": [{"Key": "Deployment", "Value": "acme-dev"}]}

    assert failing(network.check_room(dev, room(vpcs=others))) == "eu-west-1 has 5 of 5 VPCs; dev makes 1."
    assert is_fine(network.check_room(dev, room(vpcs=[*others[:4], own])))


def test_a_region_full_of_endpoints_will_fail(dev: Needs) -> None:
    gateways = [{"VpcEndpointType": "Gateway"}] * 19

    assert "19 of 20 gateway endpoints" in failing(network.check_room(dev, room(endpoints=gateways)))
    assert "interface endpoints in one VPC" in failing(network.check_room(dev, room(most_interfaces=3.0)))


def zones(dev: Needs, **offered: list[str]) -> dict[str, Any]:
    ids = {"a": "euw1-az1", "b": "euw1-az2", "c": "euw1-az3"}
    return {"zones": ids, "services": {**{name: [*ids] for name in network.asked_services(dev)}, **offered}}


def test_a_zone_without_a_service_is_left_out_and_one_zone_alone_will_fail(dev: Needs) -> None:
    assert (
        only(network.check_zones(dev, zones(dev, glue=["b", "c"])), State.FINE).says == "b, c; not used: a lacks glue"
    )
    assert failing(network.check_zones(dev, zones(dev, glue=["b"]))) == (
        "2 zones with every service are needed, eu-west-1 has 1: a lacks glue; c lacks glue."
    )


def test_a_zone_without_lambda_is_left_out_by_its_id(dev: Needs) -> None:
    found = zones(dev) | {"zones": {"a": "use1-az3", "b": "use1-az1", "c": "use1-az2"}}

    assert only(network.check_zones(dev, found), State.FINE).says == "b, c; not used: a lacks lambda"


def test_a_region_without_an_endpoint_service_will_fail(dev: Needs) -> None:
    found = zones(dev)
    del found["services"]["kms"]

    assert failing(network.check_zones(dev, found)) == "eu-west-1 has no endpoint service kms."


def test_a_service_that_names_no_zone_excludes_none(dev: Needs) -> None:
    assert is_fine(network.check_zones(dev, zones(dev, sts=[])))


SUBNET = {"SubnetId": "subnet-0abc1234", "VpcId": "vpc-0abc1234", "AvailableIpAddressCount": 200}
NAT = {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1"}


def vpc(*routes: dict[str, str], **found: Any) -> dict[str, Any]:
    table = {"RouteTableId": "rtb-1", "Associations": [{"Main": True}], "Routes": list(routes)}
    there = {"vpc": {"Vpcs": [{}]}, "enableDnsSupport": True, "enableDnsHostnames": True, "subnets": [SUBNET]}
    return {**there, "routes": [table], "endpoints": [], **found}


def endpoint(name: str, **given: Any) -> dict[str, Any]:
    sort = "Gateway" if name in ("s3", "dynamodb") else "Interface"
    return {"ServiceName": f"com.amazonaws.eu-west-1.{name}", "VpcEndpointType": sort, **given}


def test_a_vpc_with_dns_and_a_nat_gateway_is_fine(prod: Needs) -> None:
    assert is_fine(network.check_vpc(prod, vpc(NAT)))


def test_a_vpc_or_a_subnet_that_is_not_there_will_fail(prod: Needs) -> None:
    elsewhere = [SUBNET | {"VpcId": "vpc-9"}]

    assert failing(network.check_vpc(prod, {"vpc": None})) == "There is no VPC vpc-0abc1234 in eu-west-1."
    assert (
        failing(network.check_vpc(prod, vpc(NAT, subnets=elsewhere))) == "vpc-0abc1234 has no subnet subnet-0abc1234."
    )


def test_a_vpc_without_dns_will_fail(prod: Needs) -> None:
    assert "DNS resolution switched off" in failing(network.check_vpc(prod, vpc(NAT, enableDnsSupport=False)))


def test_dns_hostnames_matter_where_endpoints_are_the_only_way(prod: Needs) -> None:
    endpoints = every_endpoint(prod)

    assert "DNS hostnames" in looking(network.check_vpc(prod, vpc(NAT, enableDnsHostnames=False)))
    assert "DNS hostnames" in failing(network.check_vpc(prod, vpc(enableDnsHostnames=False, endpoints=endpoints)))


def every_endpoint(needs: Needs) -> list[dict[str, Any]]:
    gateways = [endpoint(name, RouteTableIds=["rtb-1"]) for name in needs.capacity["gateway_endpoints"]]
    return gateways + [endpoint(name, PrivateDnsEnabled=True) for name in needs.capacity["interface_endpoints"]]


def test_a_subnet_without_a_way_to_s3_will_fail(prod: Needs) -> None:
    interfaces = [each for each in every_endpoint(prod) if not each["ServiceName"].endswith(".s3")]

    assert failing(network.check_vpc(prod, vpc(endpoints=interfaces))) == (
        "Subnet subnet-0abc1234 has no way to S3: Glue refuses to start there."
    )
    assert is_fine(network.check_vpc(prod, vpc(endpoints=every_endpoint(prod))))


def test_a_gateway_endpoint_in_another_route_table_leads_nowhere(prod: Needs) -> None:
    elsewhere = [
        each | {"RouteTableIds": ["rtb-9"]} if "RouteTableIds" in each else each for each in every_endpoint(prod)
    ]

    states = [finding.state for finding in network.check_vpc(prod, vpc(endpoints=elsewhere))]

    assert states == [State.FAILS, State.FAILS]


def test_an_interface_endpoint_without_private_dns_leads_nowhere(prod: Needs) -> None:
    found = [
        each | {"PrivateDnsEnabled": False} if each["ServiceName"].endswith(".glue") else each
        for each in every_endpoint(prod)
    ]

    assert failing(network.check_vpc(prod, vpc(endpoints=found))).startswith(
        "Subnet subnet-0abc1234 has no way to glue:"
    )


def test_an_internet_gateway_is_no_way_out_for_a_private_address(prod: Needs) -> None:
    internet = {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"}

    assert not is_fine(network.check_vpc(prod, vpc(internet)))


def test_a_subnet_without_free_addresses_will_fail_and_one_with_few_is_to_be_looked_at(prod: Needs) -> None:
    full, small = ([SUBNET | {"AvailableIpAddressCount": count}] for count in (1, 3))

    assert failing(network.check_vpc(prod, vpc(NAT, subnets=full))) == (
        "Subnet subnet-0abc1234 has 1 free addresses; one run takes 2."
    )
    assert "3 free addresses" in looking(network.check_vpc(prod, vpc(NAT, subnets=small)))


def test_a_subnet_in_a_zone_without_lambda_will_fail(prod: Needs) -> None:
    there = [SUBNET | {"AvailabilityZoneId": "use1-az3"}]

    assert failing(network.check_vpc(prod, vpc(NAT, subnets=there))) == (
        "Subnet subnet-0abc1234 is in use1-az3, where Lambda is not."
    )


def test_runtime_monitoring_of_guardduty_is_to_be_looked_at(dev: Needs) -> None:
    watching = [{"Name": "RUNTIME_MONITORING", "Status": "ENABLED"}]

    assert "GuardDuty's runtime monitoring" in looking(network.check_guard(dev, watching))
    assert is_fine(network.check_guard(dev, [{"Name": "S3_DATA_EVENTS", "Status": "ENABLED"}]))


def test_a_secret_that_is_not_there_will_fail(dev: Needs) -> None:
    assert failing(databases.check_secrets(dev, {"sales/warehouse": None})) == (
        "There is no secret sales/warehouse in eu-west-1."
    )
    assert is_fine(databases.check_secrets(dev, {"sales/warehouse": {}}))


def test_a_secret_with_a_foreign_key_will_fail_unless_the_project_names_the_key(dev: Needs) -> None:
    found = {"sales/warehouse": {"KmsKeyId": KEY}}

    assert "which the job's role may not use" in failing(databases.check_secrets(dev, found))
    assert is_fine(databases.check_secrets(with_keys(dev, KEY), found))


def topic(**attributes: str) -> dict[str, Any]:
    return {TOPIC: {"Attributes": attributes}}


def test_a_topic_of_another_region_or_partition_will_fail(dev: Needs) -> None:
    for arn in ("arn:aws:sns:eu-central-1:111111111111:alerts", "arn:aws-cn:sns:eu-west-1:111111111111:alerts"):
        assert "no alarm there can publish to it" in failing(notifications.check_topics(dev, {arn: {}}))


def test_a_topic_that_is_missing_or_takes_only_ordered_messages_will_fail(dev: Needs) -> None:
    assert failing(notifications.check_topics(dev, {TOPIC: None})) == f"There is no topic {TOPIC}."
    assert "is a FIFO topic" in failing(notifications.check_topics(dev, topic(FifoTopic="true")))
    assert is_fine(notifications.check_topics(dev, topic()))


def test_a_topic_with_a_foreign_key_will_fail_unless_the_project_names_the_key(dev: Needs) -> None:
    for name in (KEY, KEY.rpartition("/")[2]):
        assert "which no role of this project may use" in failing(
            notifications.check_topics(dev, topic(KmsMasterKeyId=name))
        )
        assert is_fine(notifications.check_topics(with_keys(dev, KEY), topic(KmsMasterKeyId=name)))


def test_alarms_cannot_publish_to_a_topic_with_the_key_of_sns(dev: Needs) -> None:
    assert "lets no alarm publish" in looking(notifications.check_topics(dev, topic(KmsMasterKeyId="alias/aws/sns")))


def test_a_number_that_is_not_verified_in_the_sandbox_receives_nothing(dev: Needs) -> None:
    assert looking(notifications.check_sms(dev, {"is_in_sandbox": True, "verified": []})) == (
        "The account is in the SMS sandbox: +32470123456 receives nothing."
    )
    assert is_fine(notifications.check_sms(dev, {"is_in_sandbox": True, "verified": ["+32470123456"]}))
    assert is_fine(notifications.check_sms(dev, {"is_in_sandbox": False, "verified": []}))


def test_a_workspace_that_nobody_has_authorised_will_fail(dev: Needs) -> None:
    found: dict[str, Any] = {"slack": ["T9999"], "teams": None, "role": {}}

    assert failing(notifications.check_chat(dev, found)) == (
        "Slack workspace T0123ABCD is not authorised in account 111111111111."
    )
    assert is_fine(notifications.check_chat(dev, found | {"slack": ["T0123ABCD"]}))


def test_a_missing_service_linked_role_is_to_be_looked_at(dev: Needs) -> None:
    found = notifications.check_chat(dev, {"slack": ["T0123ABCD"], "teams": None, "role": None})

    assert looking(found) == "The service-linked role AWSServiceRoleForAWSChatbot is not there yet."


@pytest.mark.parametrize("status", ["PENDING", "ERROR"])
def test_a_connection_that_nobody_has_authorised_will_fail(status: str, pipeline: Needs) -> None:
    found = repository.check_connection(pipeline, {"Connection": {"ConnectionStatus": status}})

    assert failing(found) == f"The git connection is {status}: no source reaches the pipeline."
    assert is_fine(repository.check_connection(pipeline, {"Connection": {"ConnectionStatus": "AVAILABLE"}}))


def test_a_subscription_that_was_not_confirmed_is_to_be_looked_at(dev: Needs) -> None:
    pending = {"Endpoint": "data-team@example.com", "SubscriptionArn": "PendingConfirmation"}

    assert looking(deployed.check_subscriptions(dev, [pending])).startswith("data-team@example.com has not confirmed")
    assert is_fine(deployed.check_subscriptions(dev, [pending | {"SubscriptionArn": "arn:aws:sns:…"}]))


def test_a_flow_log_that_cannot_write_will_fail(dev: Needs) -> None:
    log = {"FlowLogId": "fl-1", "DeliverLogsStatus": "FAILED", "DeliverLogsErrorMessage": "Access error"}

    assert failing(deployed.check_flow_logs(dev, [log])) == "The flow log fl-1 cannot write: Access error."
    assert is_fine(deployed.check_flow_logs(dev, [{"FlowLogId": "fl-1", "DeliverLogsStatus": "SUCCESS"}]))


def test_a_saved_query_that_cloudwatch_does_not_understand_will_fail(dev: Needs) -> None:
    found = {
        "acme-dev/run-slow": "AWS refuses StartQuery: MalformedQueryException: unexpected symbol",
        "acme-dev/x": None,
    }

    assert "saved query acme-dev/run-slow is refused" in failing(deployed.check_queries(dev, found))


@pytest.mark.parametrize("found", [None, []])
def test_before_the_first_apply_there_is_nothing_to_check(found: Any, dev: Needs) -> None:
    assert is_fine(deployed.check_subscriptions(dev, None))
    assert is_fine(deployed.check_flow_logs(dev, []))
    assert is_fine(deployed.check_queries(dev, {}))
