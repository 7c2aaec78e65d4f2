"""Amazon Athena: workgroups and saved queries must exist, and a workgroup that holds something stays."""

from dataops.local_aws.refusals.call import Call, Rules, refuse

INVALID = "InvalidRequestException"


def workgroup_exists(call: Call) -> None:
    """hashicorp/terraform-provider-aws, internal/service/athena/workgroup.go, looks for "is not found"."""
    name = call.given.get("WorkGroup") or "primary"
    if name not in call.held("athena").work_groups:
        refuse(INVALID, f"WorkGroup {name} is not found.")


def workgroup_is_new(call: Call) -> None:
    """Athena API Reference, CreateWorkGroup: an error of the request, without a documented message."""
    if call.given["Name"] in call.held("athena").work_groups:
        refuse(INVALID, "WorkGroup is already created")


def workgroup_is_empty(call: Call) -> None:
    """Athena API Reference, DeleteWorkGroup, RecursiveDeleteOption: named queries, query executions, notebooks.

    aws-samples/coast-grafana-cost-intelligence-dashboards#9 shows the sentence. `primary` cannot be deleted at all.
    """
    athena, name = call.held("athena"), call.given["WorkGroup"]
    if name == "primary":
        refuse(INVALID, "Cannot delete primary WorkGroup")
    content = [each for held in (athena.named_queries, athena.executions) for each in held.values()]
    if not call.given.get("RecursiveDeleteOption") and any(
        each.workgroup is athena.work_groups[name] for each in content
    ):
        refuse(INVALID, f"WorkGroup {name} is not empty")


def saved_query_exists(call: Call) -> None:
    """hashicorp/terraform-provider-aws, internal/service/athena/named_query.go, looks for "does not exist"."""
    if call.given["NamedQueryId"] not in call.held("athena").named_queries:
        refuse(INVALID, f"NamedQuery {call.given['NamedQueryId']} does not exist")


def nothing_answers_here(call: Call) -> None:
    """Not a rule of AWS: without an engine every result would be empty, and an empty answer proves nothing."""
    refuse("UnsupportedOperation", "The local AWS has no Athena engine: use `make query`, which reads its tables.", 501)


REFUSALS: Rules = {
    "CreateNamedQuery": (workgroup_exists,),
    "CreateWorkGroup": (workgroup_is_new,),
    "DeleteNamedQuery": (saved_query_exists,),
    "DeleteWorkGroup": (workgroup_exists, workgroup_is_empty),
    "GetNamedQuery": (saved_query_exists,),
    "GetWorkGroup": (workgroup_exists,),
    "ListNamedQueries": (workgroup_exists,),
    "StartQueryExecution": (workgroup_exists, nothing_answers_here),
    "UpdateWorkGroup": (workgroup_exists,),
}
