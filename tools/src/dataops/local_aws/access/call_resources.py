"""The ARNs that a call is judged on, by service: the resource types of AWS's Service Authorization Reference.

An action without a resource type is judged on `*`. Several ARNs are all judged. EC2 is in call_network.py.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from moto.backends import get_backend

Given = dict[str, Any]
ANY = ["*"]


class Place(NamedTuple):
    """Where a call is made."""

    account: str
    region: str

    def arn(self, service: str, rest: str) -> str:
        """The ARN of something in this account and region."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{rest}"

    def backend(self, service: Any) -> Any:
        """What moto keeps for a service here."""
        return get_backend(service)[self.account]["aws" if service in ("iam", "s3") else self.region]


def named(begin: str, name: Any) -> str:
    """The ARN of a resource that a call names by its name or by its ARN."""
    return str(name) if str(name).startswith("arn:") else f"{begin}{name}"


def _s3(place: Place, operation: str, given: Given) -> list[str]:
    if "ResourceArn" in given:
        return [given["ResourceArn"]]
    if "Bucket" not in given:
        return ANY
    bucket = f"arn:aws:s3:::{given['Bucket']}"
    if operation == "DeleteObjects":
        return [f"{bucket}/{each['Key'][0]}" for each in given.get("Object", [])]
    return [f"{bucket}/{given['Key']}"] if "Key" in given else [bucket]


def _sqs(place: Place, operation: str, given: Given) -> list[str]:
    name = given.get("QueueName") or str(given.get("QueueUrl", "")).rpartition("/")[2]
    return [place.arn("sqs", name)] if name else ANY


def _sns(place: Place, operation: str, given: Given) -> list[str]:
    if operation == "CreateTopic":
        return [place.arn("sns", given["Name"])]
    topic = given.get("TopicArn") or given.get("TargetArn") or given.get("ResourceArn")
    return [topic] if topic else ANY


def _dynamodb(place: Place, operation: str, given: Given) -> list[str]:
    names = [given.get("TableName") or given.get("ResourceArn"), *given.get("RequestItems", {})]
    names += [each["TableName"] for item in given.get("TransactItems", []) for each in item.values()]
    tables = [named(place.arn("dynamodb", "table/"), name) for name in dict.fromkeys(filter(None, names))]
    if given.get("IndexName"):
        # Developer guide, "Using IAM policy conditions": a query of an index is judged on the index.
        return [f"{table}/index/{given['IndexName']}" for table in tables]
    return tables or ANY


def _lambda(place: Place, operation: str, given: Given) -> list[str]:
    if operation in ("CreateEventSourceMapping", "ListEventSourceMappings"):
        return ANY
    if given.get("UUID"):
        return [place.arn("lambda", f"event-source-mapping:{given['UUID']}")]
    name = given.get("FunctionName") or given.get("Resource")
    return [named(place.arn("lambda", "function:"), name)] if name else ANY


GLUE_NAMES = {
    "Crawler": ("crawler", ("Name", "CrawlerName")),
    "Crawls": ("crawler", ("CrawlerName",)),
    "Job": ("job", ("JobName", "Name")),
    "DataQualityRuleset": ("dataQualityRuleset", ("Name",)),
}
# They have no resource type, though what they make has one.
GLUE_UNNAMED = ("CreateCrawler", "CreateDataQualityRuleset")


def _glue(place: Place, operation: str, given: Given) -> list[str]:
    if "ResourceArn" in given:
        return [given["ResourceArn"]]
    if operation in GLUE_UNNAMED:
        return ANY
    for part, (kind, members) in GLUE_NAMES.items():
        name = next((given[member] for member in members if given.get(member)), None)
        if part in operation and name:
            return [place.arn("glue", f"{kind}/{name}")]
    return [place.arn("glue", rest) for rest in _in_catalog(operation, given)] or ANY


def _in_catalog(operation: str, given: Given) -> list[str]:
    """The parts of the catalog of a call: AWS judges the catalog, the database and the table, each by itself."""
    if "Connection" in operation:
        name = given.get("Name") or given.get("ConnectionName") or given.get("ConnectionInput", {}).get("Name")
        return ["catalog"] if operation == "CreateConnection" else ["catalog", f"connection/{name or '*'}"]
    if "Database" in operation:
        name = given.get("Name") or given.get("DatabaseInput", {}).get("Name") or "*"
        below = [f"table/{name}/*", f"userDefinedFunction/{name}/*"] if operation == "DeleteDatabase" else []
        return ["catalog", f"database/{name}", *below]
    if "DatabaseName" in given:
        table = given.get("TableName") or given.get("Name") or given.get("TableInput", {}).get("Name") or "*"
        return ["catalog", f"database/{given['DatabaseName']}", f"table/{given['DatabaseName']}/{table}"]
    return []


def _logs(place: Place, operation: str, given: Given) -> list[str]:
    if "resourceArn" in given:
        return [given["resourceArn"]]
    names = [given.get("logGroupName"), *given.get("logGroupNames", [])]
    names += [each.rpartition(":log-group:")[2] for each in given.get("logGroupIdentifiers", [])]
    if operation in ("DescribeLogGroups", "PutQueryDefinition") or not any(names):
        return ANY
    # Every action but those on tags is judged on an ARN that goes on after the group's name
    # (CloudWatch Logs user guide, "Log group ARN formats").
    stream = given.get("logStreamName", "")
    return [place.arn("logs", f"log-group:{name}:log-stream:{stream}") for name in names if name]


def _events(place: Place, operation: str, given: Given) -> list[str]:
    if "ResourceARN" in given:
        return [given["ResourceARN"]]
    if operation == "PutEvents":
        buses = dict.fromkeys(each.get("EventBusName", "default") for each in given.get("Entries", []))
        return [named(place.arn("events", "event-bus/"), bus) for bus in buses]
    name = given.get("Rule") or (given.get("Name") if "Rule" in operation else None)
    return [place.arn("events", f"rule/{name}")] if name else ANY


def _kms(place: Place, operation: str, given: Given) -> list[str]:
    alias = [place.arn("kms", given["AliasName"])] if "Alias" in operation and given.get("AliasName") else []
    key = given.get("KeyId") or given.get("TargetKeyId") or given.get("AliasName")
    found = [key_arn(place, key)] if key else []
    return [*alias, *filter(None, found)] or ANY


def key_arn(place: Place, key: str) -> str | None:
    """The ARN of a key that is named by its id, its alias or an ARN of either."""
    backend = place.backend("kms")
    name = key if key.startswith("alias/") else key.rpartition(":")[2]
    if name.startswith("alias/"):
        name = backend.get_key_id_from_alias(name) or ""
    found = backend.keys.get(name.removeprefix("key/").rpartition("/")[2])
    return str(found.arn) if found else None


def _iam(place: Place, operation: str, given: Given) -> list[str]:
    begin = f"arn:aws:iam::{place.account}:"
    if "RoleName" in given:
        roles = place.backend("iam").roles.values()
        path = next((role.path for role in roles if role.name == given["RoleName"]), given.get("Path", "/"))
        return [f"{begin}role{path}{given['RoleName']}"]
    if "PolicyArn" in given:
        return [given["PolicyArn"]]
    if "PolicyName" in given:
        return [f"{begin}policy{given.get('Path', '/')}{given['PolicyName']}"]
    return ANY


def _cloudwatch(place: Place, operation: str, given: Given) -> list[str]:
    if "ResourceARN" in given:
        return [given["ResourceARN"]]
    dashboards = [given.get("DashboardName"), *given.get("DashboardNames", [])]
    if any(dashboards):
        return [f"arn:aws:cloudwatch::{place.account}:dashboard/{name}" for name in dashboards if name]
    alarms = [given.get("AlarmName"), *given.get("AlarmNames", [])]
    if operation == "DescribeAlarms":
        return [place.arn("cloudwatch", f"alarm:{name}") for name in alarms if name] or [
            place.arn("cloudwatch", "alarm:*")
        ]
    return [place.arn("cloudwatch", f"alarm:{name}") for name in alarms if name] or ANY


def _budgets(place: Place, operation: str, given: Given) -> list[str]:
    if "ResourceARN" in given:
        return [given["ResourceARN"]]
    budget = given.get("Budget") or given.get("NewBudget") or {}
    return [f"arn:aws:budgets::{place.account}:budget/{given.get('BudgetName') or budget.get('BudgetName') or '*'}"]


def _secretsmanager(place: Place, operation: str, given: Given) -> list[str]:
    if not given.get("SecretId"):
        return ANY
    secrets = place.backend("secretsmanager").secrets
    found = secrets.get(given["SecretId"])
    return [found.arn if found else named(place.arn("secretsmanager", "secret:"), given["SecretId"])]


def _chatbot(place: Place, operation: str, given: Given) -> list[str]:
    is_changed = operation.startswith(("Update", "Delete")) and given.get("ChatConfigurationArn")
    return [given["ChatConfigurationArn"]] if is_changed else ANY


def _by_role(place: Place, operation: str, given: Given) -> list[str]:
    return [given["RoleArn"]] if given.get("RoleArn") else ANY


def _on_anything(place: Place, operation: str, given: Given) -> list[str]:
    return ANY


SERVICES: dict[str, Callable[[Place, str, Given], Iterable[str]]] = {
    "budgets": _budgets,
    "chatbot": _chatbot,
    "cloudwatch": _cloudwatch,
    "dynamodb": _dynamodb,
    "events": _events,
    "glue": _glue,
    "iam": _iam,
    "kms": _kms,
    "lambda": _lambda,
    "logs": _logs,
    "s3": _s3,
    "secretsmanager": _secretsmanager,
    "sns": _sns,
    "sqs": _sqs,
    "sts": _by_role,
    "xray": _on_anything,
}
