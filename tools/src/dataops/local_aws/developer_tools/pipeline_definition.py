"""Validates the definition of a pipeline: errors of CodePipeline, and features that the local one lacks."""

from collections import Counter
from typing import Any

from dataops.local_aws.developer_tools.clone_reference import FULL_CLONE
from dataops.local_aws.developer_tools.pipeline_variables import OWN, references
from dataops.local_aws.developer_tools.refusal import RefusedError

Content = dict[str, Any]
FORMATS = ("CODE_ZIP", FULL_CLONE)
PROVIDERS = {
    ("Source", "CodeCommit"),
    ("Source", "CodeStarSourceConnection"),
    ("Build", "CodeBuild"),
    ("Test", "CodeBuild"),
    ("Approval", "Manual"),
}


def with_defaults(pipeline: Content) -> Content:
    """The definition as GetPipeline returns it."""
    for stage in pipeline["stages"]:
        for action in stage["actions"]:
            action.setdefault("runOrder", 1)
            for name, empty in (("configuration", {}), ("inputArtifacts", []), ("outputArtifacts", [])):
                action.setdefault(name, empty)
    return {"executionMode": "SUPERSEDED", "pipelineType": "V1"} | pipeline


def validate(pipeline: Content) -> None:
    """Raise an error in CodePipeline's words if a definition is invalid."""
    stages = pipeline["stages"]
    if len(stages) < 2:
        raise _invalid(f"Pipeline has only {len(stages)} stage(s). There should be a minimum of 2 stages in a pipeline")
    _refuse_twice([stage["name"] for stage in stages], "stage")
    if pipeline["executionMode"] != "QUEUED":
        raise _invalid("the local AWS runs pipelines in the mode QUEUED only")
    made: set[str] = set()
    spaces = set(OWN)
    for number, stage in enumerate(stages):
        _refuse_twice([action["name"] for action in stage["actions"]], "action")
        for action in sorted(stage["actions"], key=lambda each: int(each["runOrder"])):
            _validate_action(stage["name"], action, number == 0, made, spaces)
            made |= {artifact["name"] for artifact in action["outputArtifacts"]}
            spaces |= {action["namespace"]} if action.get("namespace") else set()
        _validate_conditions(stage)


def _validate_action(stage: str, action: Content, is_first: bool, made: set[str], spaces: set[str]) -> None:
    kind, where = action["actionTypeId"], f"action {action['name']} of stage {stage}"
    if (kind["category"], kind["provider"]) not in PROVIDERS or kind["owner"] != "AWS":
        raise _invalid(f"the local AWS has no {kind['category']} by {kind['owner']} {kind['provider']}: {where}")
    if (kind["category"] == "Source") != is_first:
        raise _invalid(f"Source actions belong into the first stage, and only those: {where}")
    if action["configuration"].get("OutputArtifactFormat", FORMATS[0]) not in FORMATS:
        raise _invalid(f"OutputArtifactFormat must be one of {', '.join(FORMATS)}: {where}")
    lacking = [artifact["name"] for artifact in action["inputArtifacts"] if artifact["name"] not in made]
    if lacking:
        raise _invalid(f"No action before {where} has the output artifact {', '.join(lacking)}")
    if action.get("namespace") in spaces:
        raise _invalid(f"The namespace {action['namespace']} is there twice: {where}")
    unknown = sorted({space for space, _ in references(action["configuration"])} - spaces)
    if unknown:
        raise _invalid(f"No action before {where} has the namespace {', '.join(unknown)}")


def _validate_conditions(stage: Content) -> None:
    rules = [rule for each in stage.get("beforeEntry", {}).get("conditions", []) for rule in each["rules"]]
    unknown = {rule["ruleTypeId"]["provider"] for rule in rules} - {"DeploymentWindow"}
    unknown |= {name for name in ("onFailure", "onSuccess") if stage.get(name)}
    if unknown:
        raise _invalid(f"the local AWS does not implement {', '.join(sorted(unknown))} of stage {stage['name']}")


def _refuse_twice(names: list[str], what: str) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise _invalid(f"The {what} {twice[0]} is there twice")


def _invalid(message: str) -> RefusedError:
    return RefusedError("InvalidStructureException", message)
