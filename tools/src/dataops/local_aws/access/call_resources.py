"""The ARNs that a call is evaluated on, by service: the resource types of AWS's Service Authorization Reference.

An action without a resource type is evaluated on `*`. All of several ARNs are evaluated. EC2 is in call_network.py.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from moto.backends import get_backend

Given = dict[str, Any]
ANY = ["*"]


class Scope(NamedTuple):
    """The account and region of a call."""

    account: str
    region: str

    def arn(self, service: str, rest: str) -> str:
        """The ARN of a resource in this account and region."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{rest}"

    def backend(self, service: Any) -> Any:
        """The moto backend of a service in this account and region."""
        return get_backend(service)[self.account]["aws" if service in ("iam", "s3") else self.region]


def named(begin: str, name: Any) -> str:
    """The ARN of a resource that a call identifies by name or ARN."""
    return str(name) if str(name).startswith("arn:") else f"{begin}{name}"


def _s3(scope: Scope, operation: str, given: Given) -> list[str]:
    if "ResourceArn" in given:
        return [given["ResourceArn"]]
    if "Bucket" not in given:
        return ANY
    bucket = f"arn:aws:s3:::{given['Bucket']}"
    if operation == "DeleteObjects":
        return [f"{bucket}/{each['Key'][0]}" for each in given.get("Object", [])]
    return [f"{bucket}/{given['Key']}"] if "Key" in given else [bucket]


def _sqs(scope: Scope, operation: str, given: Given) -> list[str]:
    name = given.get("QueueName") or str(given.get("QueueUrl", "")).rpartition("/")[2]
    return [scope.arn("sqs", name)] if name else ANY


def _sns(scope: Scope, operation: str, given: Given) -> list[str]:
    if operation == "CreateTopic":
        return [scope.arn("sns", given["Name"])]
    topic = given.get("TopicArn") or given.get("TargetArn") or given.get("ResourceArn")
    return [topic] if topic else ANY


def _dynamodb(scope: Scope, operation: str, given: Given) -> list[str]:
    names = [given.get("TableName") or given.get("ResourceArn"), *given.get("RequestItems", {})]
    names += [each["TableName"] for item in given.get("TransactItems", []) for each in item.values()]
    tables = [named(scope.arn("dynamodb", "table/"), name) for name in dict.fromkeys(filter(None, names))]
    if given.get("IndexName"):
        # Developer guide, "Using IAM policy conditions": a query of an index is evaluated on the index.
        return [f"{table}/index/{given['IndexName']}" for table in tables]
    return tables or ANY


def _lambda(scope: Scope, operation: str, given: Given) -> list[str]:
    if operation in ("CreateEventSourceMapping", "ListEventSourceMappings"):
        return ANY
    if given.get("UUID"):
        return [scope.arn("lambda", f"event-source-mapping:{given['UUID']}")]
    name = given.get("FunctionName") or given.get("Resource")
    return [named(scope.arn("lambda", "function:"), name)] if name else ANY


GLUE_NAMES = {
    "Crawler": ("crawler", ("Name", "CrawlerName")),
    "Crawls": ("crawler", ("CrawlerName",)),
    "Job": ("job", ("JobName", "Name")),
    "DataQualityRuleset": ("dataQualityRuleset", ("Name",)),
}
# They have no resource type, although the resources that they create have one.
GLUE_UNNAMED = ("CreateCrawler", "CreateDataQualityRuleset")


def _glue(scope: Scope, operation: str, given: Given) -> list[str]:
    if "ResourceArn" in given:
        return [given["ResourceArn"]]
    if operation in GLUE_UNNAMED:
        return ANY
    for part, (kind, members) in GLUE_NAMES.items():
        name = next((given[member] for member in members if given.get(member)), None)
        if part in operation and name:
            return [scope.arn("glue", f"{kind}/{name}")]
    return [scope.arn("glue", rest) for rest in _in_catalog(operation, given)] or ANY


def _in_catalog(operation: str, given: Given) -> list[str]:
    """The catalog resources of a call: AWS evaluates the catalog, the database and the table separately."""
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


def _logs(scope: Scope, operation: str, given: Given) -> list[str]:
    if "resourceArn" in given:
        return [given["resourceArn"]]
    names = [given.get("logGroupName"), *given.get("logGroupNames", [])]
    names += [each.rpartition(":log-group:")[2] for each in given.get("logGroupIdentifiers", [])]
    if operation in ("DescribeLogGroups", "PutQueryDefinition") or not any(names):
        return ANY
    # Every action except those on tags is evaluated on an ARN that continues after the group's name
    # (CloudWatch Logs user guide, "Log group ARN formats").
    stream = given.get("logStreamName", "")
    return [scope.arn("logs", f"log-group:{name}:log-stream:{stream}") for name in names if name]


def _events(scope: Scope, operation: str, given: Given) -> list[str]:
    if "ResourceARN" in given:
        return [given["ResourceARN"]]
    if operation == "PutEvents":
        buses = dict.fromkeys(each.get("EventBusName", "default") for each in given.get("Entries", []))
        return [named(scope.arn("events", "event-bus/"), bus) for bus in buses]
    name = given.get("Rule") or (given.get("Name") if "Rule" in operation else None)
    return [scope.arn("events", f"rule/{name}")] if name else ANY


def _kms(scope: Scope, operation: str, given: Given) -> list[str]:
    alias = [scope.arn("kms", given["AliasName"])] if "Alias" in operation and given.get("AliasName") else []
    key = given.get("KeyId") or given.get("TargetKeyId") or given.get("AliasName")
    found = [key_arn(scope, key)] if key else []
    return [*alias, *filter(None, found)] or ANY


def key_arn(scope: Scope, key: str) -> str | None:
    """The ARN of a key, given its id, its alias or the ARN of either."""
    backend = scope.backend("kms")
    name = key if key.startswith("alias/") else key.rpartition(":")[2]
    if name.startswith("alias/"):
        name = backend.get_key_id_from_alias(name) or ""
    found = backend.keys.get(name.removeprefix("key/").rpartition("/")[2])
    return str(found.arn) if found else None


def _iam(scope: Scope, operation: str, given: Given) -> list[str]:
    begin = f"arn:aws:iam::{scope.account}:"
    if "RoleName" in given:
        roles = scope.backend("iam").roles.values()
        path = next((role.path for role in roles if role.name == given["RoleName"]), given.get("Path", "/"))
        return [f"{begin}role{path}{given['RoleName']}"]
    if "PolicyArn" in given:
        return [given["PolicyArn"]]
    if "PolicyName" in given:
        return [f"{begin}policy{given.get('Path', '/')}{given['PolicyName']}"]
    return ANY


def _cloudwatch(scope: Scope, operation: str, given: Given) -> list[str]:
    if "ResourceARN" in given:
        return [given["ResourceARN"]]
    dashboards = [given.get("DashboardName"), *given.get("DashboardNames", [])]
    if any(dashboards):
        return [f"arn:aws:cloudwatch::{scope.account}:dashboard/{name}" for name in dashboards if name]
    alarms = [given.get("AlarmName"), *given.get("AlarmNames", [])]
    if operation == "DescribeAlarms":
        return [scope.arn("cloudwatch", f"alarm:{name}") for name in alarms if name] or [
            scope.arn("cloudwatch", "alarm:*")
        ]
    return [scope.arn("cloudwatch", f"alarm:{name}") for name in alarms if name] or ANY


def _athena(scope: Scope, operation: str, given: Given) -> list[str]:
    if "ResourceARN" in given:
        return [given["ResourceARN"]]
    if operation in ("ListDataCatalogs", "ListEngineVersions", "ListWorkGroups"):
        return ANY
    if "CatalogName" in given or operation == "GetDataCatalog":
        return [scope.arn("athena", f"datacatalog/{given.get('CatalogName') or given['Name']}")]
    backend, name = scope.backend("athena"), given.get("WorkGroup")
    if operation == "CreateWorkGroup":
        name = given["Name"]
    # A saved or executed query is evaluated on its workgroup.
    held = backend.named_queries.get(given.get("NamedQueryId")) or backend.executions.get(given.get("QueryExecutionId"))
    found = held.workgroup.name if held and held.workgroup else None
    return [scope.arn("athena", f"workgroup/{name or found or 'primary'}")]


def _budgets(scope: Scope, operation: str, given: Given) -> list[str]:
    if "ResourceARN" in given:
        return [given["ResourceARN"]]
    budget = given.get("Budget") or given.get("NewBudget") or {}
    return [f"arn:aws:budgets::{scope.account}:budget/{given.get('BudgetName') or budget.get('BudgetName') or '*'}"]


def _secretsmanager(scope: Scope, operation: str, given: Given) -> list[str]:
    if not given.get("SecretId"):
        return ANY
    secrets = scope.backend("secretsmanager").secrets
    found = secrets.get(given["SecretId"])
    return [found.arn if found else named(scope.arn("secretsmanager", "secret:"), given["SecretId"])]


def _chatbot(scope: Scope, operation: str, given: Given) -> list[str]:
    is_changed = operation.startswith(("Update", "Delete")) and given.get("ChatConfigurationArn")
    return [given["ChatConfigurationArn"]] if is_changed else ANY


def _by_role(scope: Scope, operation: str, given: Given) -> list[str]:
    return [given["RoleArn"]] if given.get("RoleArn") else ANY


def _on_anything(scope: Scope, operation: str, given: Given) -> list[str]:
    return ANY


SERVICES: dict[str, Callable[[Scope, str, Given], Iterable[str]]] = {
    "athena": _athena,
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
