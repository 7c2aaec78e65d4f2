"""Amazon EventBridge: schedules, how many rules and targets there may be, and which targets need a role."""

import re

from dataops.local_aws.refusals.call import Call, Rules, refuse

INVALID, TOO_MANY = "ValidationException", "LimitExceededException"
LIMIT = "The requested resource exceeds the maximum number allowed."
# EventBridge user guide, "Amazon EventBridge quotas": rules per event bus by region, targets per rule.
RULES, RULES_IN, TARGETS = 300, {"af-south-1": 100, "eu-south-1": 100}, 5
# EventBridge user guide, "Rate expressions": "rate(1 hours) and rate(5 hour) aren't valid".
RATE = re.compile(r"rate\((?:1 (?:minute|hour|day)|(?:[2-9]|[1-9]\d+) (?:minutes|hours|days))\)")
CRON = re.compile(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)")
MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()  # noqa: SIM905
DAYS = "SUN MON TUE WED THU FRI SAT".split()  # noqa: SIM905
NEED_A_ROLE = ("codebuild", "codepipeline", "states", "batch", "ecs", "kinesis")


def schedule_can_be_read(call: Call) -> None:
    """EventBridge user guide, "Setting a schedule pattern for scheduled rules (legacy)"."""
    schedule = call.given.get("ScheduleExpression")
    if schedule and not is_schedule(schedule):
        refuse(INVALID, "Parameter ScheduleExpression is not valid.")


def bus_has_room(call: Call) -> None:
    """The quota "Rules"."""
    bus = call.held("events").event_buses.get(call.given.get("EventBusName") or "default")
    most = RULES_IN.get(call.caller.region, RULES)
    if bus and call.given["Name"] not in bus.rules and len(bus.rules) >= most:
        refuse(TOO_MANY, LIMIT)


def rule_has_room(call: Call) -> None:
    """The quota "Targets per rule"."""
    bus = call.held("events").event_buses.get(call.given.get("EventBusName") or "default")
    rule = bus.rules.get(call.given["Rule"]) if bus else None
    ids = {target["Id"] for target in (rule.targets if rule else [])} | {each["Id"] for each in call.given["Targets"]}
    if len(ids) > TARGETS:
        refuse(TOO_MANY, LIMIT)


def targets_have_their_role(call: Call) -> None:
    """awsdocs/aws-codepipeline-user-guide#18 and awsdocs/aws-cloudformation-user-guide#1178 show the sentence."""
    for target in call.given["Targets"]:
        if target["Arn"].split(":")[2] in NEED_A_ROLE and not target.get("RoleArn"):
            refuse(INVALID, f"RoleArn is required for target {target['Arn']}.")


def is_schedule(text: str) -> bool:
    """Whether EventBridge takes a schedule."""
    fields = CRON.fullmatch(text)
    return bool(RATE.fullmatch(text) or (fields and _is_cron(*fields.groups())))


def _is_cron(minute: str, hour: str, day: str, month: str, weekday: str, year: str) -> bool:
    return (
        (day == "?") != (weekday == "?")
        and _fits(minute, 0, 59)
        and _fits(hour, 0, 23)
        and (day == "?" or bool(re.fullmatch(r"L|LW|L-\d{1,2}|\d{1,2}W", day)) or _fits(day, 1, 31))
        and _fits(month, 1, 12, MONTHS)
        and (
            weekday == "?"
            or bool(re.fullmatch(r"[1-7A-Z]{0,3}L|[1-7A-Z]{1,3}#[1-5]", weekday))
            or _fits(weekday, 1, 7, DAYS)
        )
        and _fits(year, 1970, 2199)
    )


def _fits(field: str, least: int, most: int, names: list[str] | None = None) -> bool:
    """Whether a field lists values, ranges and steps within its limits."""

    def number(text: str) -> int:
        if names and text.upper() in names:
            return names.index(text.upper()) + least
        return int(text) if text.isdecimal() else -1

    def part_fits(part: str) -> bool:
        span, _, step = part.partition("/")
        if "/" in part and not (step.isdecimal() and int(step)):
            return False
        ends = [number(end) for end in span.split("-")]
        return span == "*" or (len(ends) <= 2 and all(least <= end <= most for end in ends))

    return all(part_fits(part) for part in field.split(","))


REFUSALS: Rules = {
    "PutRule": (schedule_can_be_read, bus_has_room),
    "PutTargets": (rule_has_room, targets_have_their_role),
}
