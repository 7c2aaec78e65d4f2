"""moto's search for the names of a response's attributes: the memory of it changes no response, and is not needed."""

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.core import serialize
from moto.core.model import Shape
from moto.core.utils import get_service_model

from dataops.local_aws.moto_patches import patches_serialization

# One service of each protocol, and dynamodb, whose responses are the deepest; cloudformation has names of its own.
SERVICES = ["dynamodb", "iam", "lambda", "s3", "sqs", "cloudformation"]
Search = Callable[[Any, Any], Any]


@pytest.fixture
def of_moto(monkeypatch: pytest.MonkeyPatch) -> Search:
    """The search of moto itself: for one test, moto is as it is without us."""
    for owner, name in (
        (serialize.XFormedAttributePicker, "get_possible_keys"),
        (serialize.ResponseSerializer, "get_value"),
    ):
        monkeypatch.setattr(owner, name, getattr(getattr(owner, name), "of_moto", getattr(owner, name)))
    search: Search = serialize.XFormedAttributePicker.get_possible_keys
    return search


def members(shape: Shape | None, seen: set[str]) -> Iterator[Shape]:
    """Each member of a shape and of the shapes below it, with its parent as moto notes it."""
    if shape is None or shape.name in seen:
        return
    seen.add(shape.name)
    for name, member in getattr(shape, "members", {}).items():
        member.parent = shape
        member.asked = name
        yield member
        yield from members(member, seen)
    for part in ("member", "value"):
        yield from members(getattr(shape, part, None), seen)


def objects(member: Any) -> list[Any]:
    """What moto keeps: a mapping, an object of the parent's name, an object that has names of its own."""
    meta = type("Meta", (), {"serialization_aliases": {member.asked: "own"}})
    return [{}, type(member.parent.name, (), {})(), type("Any", (), {"Meta": meta})()]


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_remembered_is_what_moto_finds(of_moto: Search, service: str) -> None:
    patches_serialization.patch_moto()
    picker, model, seen = serialize.XFormedAttributePicker(), get_service_model(service), set[str]()
    asked = 0

    for operation in model.operation_names:
        for member in members(model.operation_model(operation).output_shape, seen):
            for of in objects(member):
                context = serialize.AttributePickerContext(of, member.asked, member)
                names = tuple(dict.fromkeys(of_moto(picker, context)))
                for _ in ("searched", "remembered"):
                    assert tuple(picker.get_possible_keys(context)) == names
                asked += 1

    assert asked > 50


@pytest.mark.parametrize("service", SERVICES)
def test_a_value_is_picked_from_a_mapping_as_moto_picks_it(of_moto: Search, service: str) -> None:
    pick = serialize.ResponseSerializer.get_value
    patches_serialization.patch_moto()
    model, asked = get_service_model(service), 0

    for transformers in ({}, {"Name": repr}):
        seen = set[str]()
        for operation in model.operation_names:
            operation_model = model.operation_model(operation)
            picker = serialize.XFormedAttributePicker(response_transformers=transformers)
            serializer = serialize.JSONSerializer(operation_model=operation_model, value_picker=picker)
            for member in members(operation_model.output_shape, seen):
                names = list(of_moto(picker, serialize.AttributePickerContext({}, member.asked, member)))
                each_alone = [{name: name} for name in names]
                for mapping in ({}, dict.fromkeys(names), *each_alone, {names[-1]: "last", names[0]: "first"}):
                    expected = pick(serializer, mapping, member.asked, member)
                    for _ in ("searched", "remembered"):
                        assert serializer.get_value(mapping, member.asked, member) == expected
                    asked += 1

    assert asked > 50


def test_a_member_of_another_parent_is_searched_for_again(of_moto: Search) -> None:
    patches_serialization.patch_moto()
    picker, model = serialize.XFormedAttributePicker(), get_service_model("iam")
    role = model.shape_for("Role")
    name: Any = role.members["RoleName"]

    found = []
    for parent in (role, model.shape_for("User")):
        name.parent = parent
        found.append(list(picker.get_possible_keys(serialize.AttributePickerContext({}, "RoleName", name))))

    assert ["Name" in each for each in found] == [True, False]


def responses() -> list[Any]:
    """What moto answers in three protocols."""
    access = {"aws_access_key_id": "t", "aws_secret_access_key": "t", "region_name": "eu-west-1"}
    with mock_aws():
        table, iam, queues = (boto3.client(each, **access) for each in ("dynamodb", "iam", "sqs"))
        keys = [{"AttributeName": "file", "KeyType": "HASH"}]
        types = [{"AttributeName": "file", "AttributeType": "S"}]
        table.create_table(TableName="t", KeySchema=keys, AttributeDefinitions=types, BillingMode="PAY_PER_REQUEST")
        item = {"file": {"S": "a"}, "deep": {"M": {"size": {"N": "1"}, "all": {"L": [{"BOOL": True}]}}}}
        table.put_item(TableName="t", Item=item)
        iam.create_role(RoleName="r", AssumeRolePolicyDocument="{}")
        queues.create_queue(QueueName="q")
        return [
            table.scan(TableName="t")["Items"],
            {
                key: value
                for key, value in iam.get_role(RoleName="r")["Role"].items()
                if key not in ("CreateDate", "RoleId")
            },
            queues.list_queues()["QueueUrls"],
        ]


def test_the_responses_stay_the_same(of_moto: Search) -> None:
    before = responses()

    patches_serialization.patch_moto()

    assert responses() == before


def test_a_picker_with_providers_of_its_own_is_left_alone(of_moto: Search) -> None:
    patches_serialization.patch_moto()
    operation: Any = get_service_model("sqs").operation_model("ListQueues")
    member = operation.output_shape.members["QueueUrls"]
    picker = serialize.XFormedAttributePicker()
    serializer = serialize.JSONSerializer(operation_model=operation, value_picker=picker)
    queues = {"QueueUrls": ["a"], "queue_urls": ["b"]}
    before = serializer.get_value(queues, "QueueUrls", member)

    picker.alias_providers = []

    assert (before, serializer.get_value(queues, "QueueUrls", member)) == (["a"], None)


def test_a_name_is_searched_for_once(of_moto: Search, monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[str] = []

    def search(picker: Any, context: Any) -> Any:
        searched.append(context.key)
        return of_moto(picker, context)

    monkeypatch.setattr(serialize.XFormedAttributePicker, "get_possible_keys", search)
    patches_serialization.patch_moto()
    member = get_service_model("sqs").shape_for("ListQueuesResult").members["QueueUrls"]
    context = serialize.AttributePickerContext({}, "QueueUrls", member)

    for _ in range(3):
        list(serialize.XFormedAttributePicker().get_possible_keys(context))

    assert searched == ["QueueUrls"]


@pytest.mark.parametrize("name", ["XFormedAttributePicker", "DEFAULT_ALIAS_PROVIDERS", "ResponseSerializer"])
def test_what_a_moto_has_renamed_is_left_as_it_is(of_moto: Search, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    picker, serializer = serialize.XFormedAttributePicker, serialize.ResponseSerializer
    pick = serializer.get_value
    monkeypatch.delattr(serialize, name)

    patches_serialization.patch_moto()

    if name != "ResponseSerializer":
        assert picker.get_possible_keys is of_moto
    if name != "DEFAULT_ALIAS_PROVIDERS":
        assert serializer.get_value is pick
