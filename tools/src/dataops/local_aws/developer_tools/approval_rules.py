"""CodeCommit's approval rule templates: how many of whom must approve a pull request."""

import hashlib
import json
import re
from typing import Any
from uuid import uuid4

from dataops.local_aws.access.caller import Caller
from dataops.local_aws.developer_tools.clock import now
from dataops.local_aws.developer_tools.refusal import RefusedError

Content = dict[str, Any]


class ApprovalRules:
    """The templates of one account and region, and the repositories that each is associated with."""

    def __init__(self) -> None:
        self.templates: dict[str, Content] = {}
        self.associated: dict[str, set[str]] = {}

    def of(self, repository: str, destination: str) -> list[Content]:
        """The rules that a new pull request to a branch gets."""
        names = [name for name in self.templates if repository in self.associated[name]]
        fitting = [self.templates[name] for name in names if _is_for(self.templates[name], destination)]
        return [
            {
                "approvalRuleId": str(uuid4()),
                "approvalRuleName": template["approvalRuleTemplateName"],
                "approvalRuleContent": template["approvalRuleTemplateContent"],
                "ruleContentSha256": template["ruleContentSha256"],
                "creationDate": now(),
                "lastModifiedDate": now(),
                "originApprovalRuleTemplate": {
                    name: template[name] for name in ("approvalRuleTemplateId", "approvalRuleTemplateName")
                },
            }
            for template in fitting
        ]

    def create_approval_rule_template(self, caller: Caller, given: Content) -> Content:
        name = given["approvalRuleTemplateName"]
        if name in self.templates:
            raise RefusedError("ApprovalRuleTemplateNameAlreadyExistsException", f"{name} already exists")
        self.associated[name] = set()
        self.templates[name] = {
            "approvalRuleTemplateId": str(uuid4()),
            "approvalRuleTemplateName": name,
            "approvalRuleTemplateDescription": given.get("approvalRuleTemplateDescription", ""),
            "creationDate": now(),
        }
        return self._changed(caller, name, "Content", given["approvalRuleTemplateContent"])

    def get_approval_rule_template(self, caller: Caller, given: Content) -> Content:
        return {"approvalRuleTemplate": self._named(given)}

    def list_approval_rule_templates(self, caller: Caller, given: Content) -> Content:
        return {"approvalRuleTemplateNames": list(self.templates)}

    def update_approval_rule_template_content(self, caller: Caller, given: Content) -> Content:
        self._named(given)
        return self._changed(caller, given["approvalRuleTemplateName"], "Content", given["newRuleContent"])

    def update_approval_rule_template_description(self, caller: Caller, given: Content) -> Content:
        self._named(given)
        text = given["approvalRuleTemplateDescription"]
        return self._changed(caller, given["approvalRuleTemplateName"], "Description", text)

    def delete_approval_rule_template(self, caller: Caller, given: Content) -> Content:
        name = given["approvalRuleTemplateName"]
        if self.associated.pop(name, None):
            raise RefusedError("ApprovalRuleTemplateInUseException", f"{name} is associated with repositories")
        return {"approvalRuleTemplateId": self.templates.pop(name, {}).get("approvalRuleTemplateId", "")}

    def associate_approval_rule_template_with_repository(self, caller: Caller, given: Content) -> Content:
        self._named(given)
        self.associated[given["approvalRuleTemplateName"]].add(given["repositoryName"])
        return {}

    def disassociate_approval_rule_template_from_repository(self, caller: Caller, given: Content) -> Content:
        self._named(given)
        self.associated[given["approvalRuleTemplateName"]].discard(given["repositoryName"])
        return {}

    def list_associated_approval_rule_templates_for_repository(self, caller: Caller, given: Content) -> Content:
        found = [name for name, repositories in self.associated.items() if given["repositoryName"] in repositories]
        return {"approvalRuleTemplateNames": found}

    def list_repositories_for_approval_rule_template(self, caller: Caller, given: Content) -> Content:
        self._named(given)
        return {"repositoryNames": sorted(self.associated[given["approvalRuleTemplateName"]])}

    def _named(self, given: Content) -> Content:
        name = given["approvalRuleTemplateName"]
        if name not in self.templates:
            raise RefusedError("ApprovalRuleTemplateDoesNotExistException", f"{name} does not exist")
        return self.templates[name]

    def _changed(self, caller: Caller, name: str, what: str, text: str) -> Content:
        template = self.templates[name]
        if what == "Content":
            _statements(text)
            template["ruleContentSha256"] = hashlib.sha256(text.encode()).hexdigest()
        template[f"approvalRuleTemplate{what}"] = text
        template |= {"lastModifiedDate": now(), "lastModifiedUser": caller.arn}
        return {"approvalRuleTemplate": template}


def is_satisfied(rule: Content, approvers: set[str]) -> bool:
    """Whether enough of the people whom a rule names, by the ARNs of their sessions, have approved."""
    return all(
        sum(_is_in_pool(arn, statement.get("ApprovalPoolMembers")) for arn in approvers)
        >= int(statement["NumberOfApprovalsNeeded"])
        for statement in _statements(rule["approvalRuleContent"])
    )


def _is_in_pool(arn: str, members: list[str] | None) -> bool:
    return members is None or any(_fits(arn, member) for member in members)


def _fits(arn: str, member: str) -> bool:
    """Whether a member of a pool is this identity: an ARN with wildcards, or CodeCommitApprovers:account:name."""
    if not member.startswith("CodeCommitApprovers:"):
        return _like(arn, member)
    _, owner, name = member.split(":", 2)
    forms = (f"arn:aws:iam::{owner}:user/{name}", f"arn:aws:sts::{owner}:federated-user/{name}")
    return any(_like(arn, form) for form in (*forms, f"arn:aws:sts::{owner}:assumed-role/{name}"))


def _like(arn: str, pattern: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), arn) is not None


def _is_for(template: Content, destination: str) -> bool:
    references = json.loads(template["approvalRuleTemplateContent"]).get("DestinationReferences")
    return references is None or destination in references


def _statements(content: str) -> list[Content]:
    try:
        statements: list[Content] = json.loads(content)["Statements"]
        if any(
            statement["Type"] != "Approvers" or int(statement["NumberOfApprovalsNeeded"]) < 1
            for statement in statements
        ):
            raise ValueError
    except (ValueError, KeyError, TypeError) as error:
        message = "The content of the approval rule template is not valid"
        raise RefusedError("InvalidApprovalRuleTemplateContentException", message) from error
    return statements
