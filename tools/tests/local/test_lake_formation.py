"""What Lake Formation refuses in an account whose Data Catalog it governs, and what it leaves to IAM elsewhere."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from local_aws_server import ACCOUNT, REGION, Server, start

ADMINISTRATOR = f"arn:aws:iam::{ACCOUNT}:role/administrator"
TABLE: dict[str, Any] = {"Name": "orders", "StorageDescriptor": {"Location": "s3://acme-output/orders/"}}
ANYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"}
    ],
}


class Account:
    """Roles that IAM lets do anything, and what Lake Formation says to them."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.administrator = self.role("administrator")
        settings: dict[str, Any] = {"DataLakeAdmins": [principal(ADMINISTRATOR)]}
        self.lake = server.client("lakeformation")
        known = self.lake.get_data_lake_settings()["DataLakeSettings"]
        self.lake.put_data_lake_settings(DataLakeSettings=known | settings)

    def role(self, name: str) -> "Role":
        iam = self.server.client("iam")
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
        iam.put_role_policy(RoleName=name, PolicyName="anything", PolicyDocument=json.dumps(ANYTHING))
        return Role(self.server, f"arn:aws:iam::{ACCOUNT}:role/{name}")

    def grant(self, role: "Role", permissions: list[str], resource: dict[str, Any]) -> None:
        self.administrator.client("lakeformation").grant_permissions(
            Principal=principal(role.arn), Permissions=permissions, Resource=resource
        )


class Role:
    """A session of a role."""

    def __init__(self, server: Server, arn: str) -> None:
        self.server, self.arn = server, arn
        given = server.client("sts").assume_role(RoleArn=arn, RoleSessionName="it")["Credentials"]
        self.session = boto3.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], REGION)

    def client(self, service: str) -> Any:
        return self.session.client(service, endpoint_url=self.server.platform.address)


@pytest.fixture(scope="module")
def governed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    server = start(tmp_path_factory.mktemp("governed"), "--profile", "governed")
    account = Account(server)
    glue = account.administrator.client("glue")
    glue.create_database(DatabaseInput={"Name": "sales"})
    glue.create_table(DatabaseName="sales", TableInput=TABLE)
    yield account
    server.end()


def principal(arn: str) -> dict[str, str]:
    return {"DataLakePrincipalIdentifier": arn}


def database(name: str = "sales") -> dict[str, Any]:
    return {"Database": {"Name": name}}


def every_table(name: str = "sales") -> dict[str, Any]:
    return {"Table": {"DatabaseName": name, "TableWildcard": {}}}


def test_who_is_no_administrator_may_not_make_a_database_whatever_iam_allows(governed: Account) -> None:
    glue = governed.role("no-administrator").client("glue")

    with pytest.raises(ClientError, match="Insufficient Lake Formation permission") as refused:
        glue.create_database(DatabaseInput={"Name": "own"})

    assert refused.value.response["Error"] == {
        "Code": "AccessDeniedException",
        "Message": "Insufficient Lake Formation permission(s): Required Create Database on Catalog",
    }


def test_who_is_granted_it_makes_a_database_and_owns_what_is_made_in_it(governed: Account) -> None:
    maker = governed.role("maker")
    governed.grant(maker, ["CREATE_DATABASE"], {"Catalog": {}})
    glue = maker.client("glue")

    glue.create_database(DatabaseInput={"Name": "own"})
    glue.create_table(DatabaseName="own", TableInput=TABLE)
    glue.update_table(DatabaseName="own", TableInput=TABLE)
    glue.delete_table(DatabaseName="own", Name="orders")
    glue.delete_database(Name="own")


def test_a_table_is_hidden_from_who_was_granted_nothing(governed: Account) -> None:
    glue = governed.role("stranger").client("glue")

    with pytest.raises(ClientError, match=r"Required Describe on orders"):
        glue.get_table(DatabaseName="sales", Name="orders")
    with pytest.raises(ClientError, match=r"Required Describe on there_is_none"):
        glue.get_table(DatabaseName="sales", Name="there_is_none")


def test_a_grant_on_all_tables_holds_for_tables_that_come_later(governed: Account) -> None:
    reader = governed.role("reader")
    governed.grant(reader, ["DESCRIBE"], every_table())

    assert reader.client("glue").get_table(DatabaseName="sales", Name="orders")["Table"]["Name"] == "orders"
    with pytest.raises(ClientError, match="EntityNotFoundException"):
        reader.client("glue").get_table(DatabaseName="sales", Name="there_is_none")


@pytest.mark.parametrize(("left_out", "words"), [("ALTER", "Alter"), ("INSERT", "Insert")])
def test_a_partition_needs_both_permissions_that_may_count(governed: Account, left_out: str, words: str) -> None:
    writer = governed.role(f"writer-without-{left_out.lower()}")
    governed.grant(writer, [each for each in ("ALTER", "INSERT") if each != left_out], every_table())

    with pytest.raises(ClientError, match=f"Required {words} on orders"):
        writer.client("glue").create_partition(
            DatabaseName="sales", TableName="orders", PartitionInput={"Values": ["1"]}
        )


def test_an_administrator_sees_all_but_does_not_change_what_others_made(governed: Account) -> None:
    maker = governed.role("other-maker")
    governed.grant(maker, ["CREATE_TABLE"], database())
    maker.client("glue").create_table(DatabaseName="sales", TableInput=TABLE | {"Name": "raw_orders"})
    glue = governed.administrator.client("glue")

    glue.get_table(DatabaseName="sales", Name="raw_orders")
    with pytest.raises(ClientError, match="Required Alter on raw_orders"):
        glue.update_table(DatabaseName="sales", TableInput=TABLE | {"Name": "raw_orders"})


def test_a_read_only_administrator_sees_all(governed: Account) -> None:
    planner = governed.role("planner")
    known = governed.lake.get_data_lake_settings()["DataLakeSettings"]
    governed.lake.put_data_lake_settings(DataLakeSettings=known | {"ReadOnlyAdmins": [principal(planner.arn)]})

    planner.client("glue").get_table(DatabaseName="sales", Name="orders")
    with pytest.raises(ClientError, match="Required Create Database on Catalog"):
        planner.client("glue").create_database(DatabaseInput={"Name": "own"})


def test_a_table_points_into_a_registered_location_only_for_who_was_granted_it(governed: Account) -> None:
    maker = governed.role("maker-of-tables")
    governed.grant(maker, ["CREATE_TABLE"], database())
    governed.administrator.client("lakeformation").register_resource(
        ResourceArn="arn:aws:s3:::acme-registered", RoleArn=ADMINISTRATOR
    )
    table = {"Name": "placed", "StorageDescriptor": {"Location": "s3://acme-registered/placed/"}}

    with pytest.raises(
        ClientError, match=r"Insufficient Lake Formation permission\(s\) on s3://acme-registered/placed/"
    ):
        maker.client("glue").create_table(DatabaseName="sales", TableInput=table)

    location = {"DataLocation": {"ResourceArn": "arn:aws:s3:::acme-registered"}}
    governed.grant(maker, ["DATA_LOCATION_ACCESS"], location)
    maker.client("glue").create_table(DatabaseName="sales", TableInput=table)


def test_only_an_administrator_grants_what_was_not_granted_on(governed: Account) -> None:
    lake = governed.role("generous").client("lakeformation")

    with pytest.raises(ClientError, match="not authorized to access requested permissions"):
        lake.grant_permissions(Principal=principal(ADMINISTRATOR), Permissions=["DESCRIBE"], Resource=every_table())


def test_nothing_is_granted_to_a_role_that_does_not_exist(governed: Account) -> None:
    with pytest.raises(ClientError, match=r"InvalidInputException.*Invalid principal"):
        governed.administrator.client("lakeformation").grant_permissions(
            Principal=principal(f"arn:aws:iam::{ACCOUNT}:role/nobody"), Permissions=["DESCRIBE"], Resource=every_table()
        )


def test_a_permission_that_was_granted_in_two_steps_is_revoked(governed: Account) -> None:
    reader = governed.role("former-reader")
    governed.grant(reader, ["DESCRIBE"], every_table())
    governed.grant(reader, ["SELECT"], every_table())
    governed.administrator.client("lakeformation").revoke_permissions(
        Principal=principal(reader.arn), Permissions=["DESCRIBE", "SELECT"], Resource=every_table()
    )

    with pytest.raises(ClientError, match="Required Describe on orders"):
        reader.client("glue").get_table(DatabaseName="sales", Name="orders")


def test_elsewhere_iam_alone_decides(server: Server) -> None:
    role = Account(server).role("whom-iam-lets")
    glue = role.client("glue")

    glue.create_database(DatabaseInput={"Name": "own"})
    glue.create_table(DatabaseName="own", TableInput=TABLE)
    with pytest.raises(ClientError, match="EntityNotFoundException"):
        server.client("glue").get_table(DatabaseName="own", Name="there_is_none")
    with pytest.raises(ClientError, match="EntityNotFoundException"):
        server.client("glue").get_database(Name="there_is_none")

    assert server.client("glue").get_table(DatabaseName="own", Name="orders")["Table"]["Name"] == "orders"
