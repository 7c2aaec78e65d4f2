"""The process of the local AWS: only this machine reaches it, and it does not stay when nobody needs it."""

import socket
from pathlib import Path
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import ClientError
from local_aws_server import PATIENCE_SECONDS, Server, start

from dataops.local_platform import NOTE, noted


def test_it_listens_on_one_address_of_loopback_only(server: Server) -> None:
    port = int(server.platform.address.rpartition(":")[2])

    socket.create_connection(("127.0.0.1", port), timeout=5).close()

    # Whatever listens on every address listens on this one too.
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.2", port), timeout=5)


def test_a_request_that_a_client_sends_twice_is_carried_out_once(server: Server) -> None:
    ec2 = server.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    group = ec2.create_security_group(GroupName="twice", Description="Twice", VpcId=vpc)["GroupId"]
    opened = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.9.0.0/16"}]}
    call = "12345678-1234-1234-1234-123456789012"

    def as_one_call(request: AWSPreparedRequest, **_: Any) -> None:
        request.headers["amz-sdk-invocation-id"] = call

    ec2.meta.events.register("before-send.ec2.AuthorizeSecurityGroupEgress", as_one_call)
    first, again = (
        ec2.authorize_security_group_egress(GroupId=group, IpPermissions=[opened])["ResponseMetadata"]["RequestId"]
        for _ in range(2)
    )

    assert first == again
    call = "22345678-1234-1234-1234-123456789012"
    with pytest.raises(ClientError, match=r"InvalidPermission\.Duplicate"):
        ec2.authorize_security_group_egress(GroupId=group, IpPermissions=[opened])


def test_it_ends_by_itself_when_nobody_has_asked_anything_for_a_while(tmp_path: Path) -> None:
    server = start(tmp_path / "idle", "--idle-minutes", "0.05")

    assert server.process.wait(PATIENCE_SECONDS) == 0
    assert noted(server.folder) is None


def test_it_ends_by_itself_when_its_folder_is_nobodys_any_more(tmp_path: Path) -> None:
    server = start(tmp_path / "left")

    (server.folder / NOTE).unlink()

    assert server.process.wait(PATIENCE_SECONDS) == 0
