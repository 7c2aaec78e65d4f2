"""The requirements of a kind of answer beyond its definition in project.schema.json."""

import ipaddress
import re
import unicodedata
import zoneinfo
from collections.abc import Callable
from pathlib import PurePosixPath

from dataops.validation.date_formats import format_fault
from dataops.validation.fault import nearest
from dataops.validation.patterns import pattern_fault

TYPES = ("bigint", "binary", "boolean", "date", "double", "float", "int", "smallint", "string", "timestamp", "tinyint")
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
CRON_FIELDS: tuple[tuple[str, int, int, list[str]], ...] = (
    ("minutes", 0, 59, []),
    ("hours", 0, 23, []),
    ("day-of-month", 1, 31, []),
    ("month", 1, 12, MONTHS),
    ("day-of-week", 1, 7, DAYS),
    ("year", 1970, 2199, []),
)
PRIVATE = [ipaddress.ip_network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")]
DOCKER = ipaddress.ip_network("172.17.0.0/16")
MINUTES = {"minutes": 1, "hours": 60, "days": 24 * 60}
CHATS = ("slack.com", "slack-gov.com", "office.com", "office365.com", "logic.azure.com", "powerplatform.com")
CHATS_TOO = ("discord.com", "discordapp.com", "chat.googleapis.com", "teams.microsoft.com")


def project_name_fault(name: str) -> str | None:
    return None if any(character.isalnum() for character in name) else "has no letter or digit"


def decimal_fault(column_type: str) -> str | None:
    digits = re.fullmatch(r"decimal\((\d+),(\d+)\)", column_type, re.ASCII)
    return "has more digits after the point than in total" if digits and int(digits[2]) > int(digits[1]) else None


def cidr_fault(block: str) -> str | None:
    address, _, mask = block.partition("/")
    if any(part != str(int(part)) for part in [*address.split("."), mask]):
        return "has a leading zero, which some tools read as octal"
    try:
        network = ipaddress.ip_network(block)
    except ValueError:
        return "is not an address block: a number is out of range, or host bits are set"
    if not 16 <= network.prefixlen <= 24:
        return "is not between /16 and /24"
    if not any(network.subnet_of(private) for private in PRIVATE):  # type: ignore[arg-type]
        return "is not private"
    return "overlaps 172.17.0.0/16, which Docker uses in builds" if network.overlaps(DOCKER) else None


def cron_number(text: str, low: int, high: int, names: list[str]) -> int | None:
    """Return the number of a value of a cron field, None if it is none."""
    if text in names:
        return names.index(text) + low
    return int(text) if re.fullmatch(r"\d{1,4}", text, re.ASCII) and low <= int(text) <= high else None


def cron_part_is_right(part: str, field: tuple[str, int, int, list[str]]) -> bool:
    name, low, high, names = field
    number = lambda text: cron_number(text, low, high, names)  # noqa: E731
    start, slash, step = part.partition("/")
    if slash and not (re.fullmatch(r"\d{1,3}", step, re.ASCII) and 1 <= int(step) <= high):
        return False
    if start == "*":
        return True
    first, dash, last = start.partition("-")
    if dash:
        ends = number(first), number(last)
        return ends[0] is not None and ends[1] is not None and ends[0] <= ends[1]
    return number(start) is not None or (not slash and special_day(start, name, number))


def special_day(part: str, name: str, number: Callable[[str], int | None]) -> bool:
    """Return whether a part is one of the forms of the two day fields only: L, LW, 15W, 6L, 6#3."""
    if name == "day-of-month":
        return part in {"L", "LW"} or (part.endswith("W") and number(part[:-1]) is not None)
    if name != "day-of-week":
        return False
    day, hash_sign, week = part.partition("#")
    if hash_sign:
        return number(day) is not None and week in set("12345")
    return part == "L" or (part.endswith("L") and number(part[:-1]) is not None)


def cron_fault(fields: list[str]) -> str | None:
    if len(fields) != len(CRON_FIELDS):
        return "needs six fields, separated by single spaces"
    if (fields[2] == "?") == (fields[4] == "?"):
        return "needs ? in exactly one of day-of-month and day-of-week"
    for text, field in zip(fields, CRON_FIELDS, strict=True):
        day = field[0].startswith("day-of")
        parts = text.split(",")
        if not (day and text == "?") and not all(cron_part_is_right(part, field) for part in parts):
            return f"has {field[0]} that are no value, range, list or step from {field[1]} to {field[2]}"
    return None


def schedule_fault(schedule: str) -> str | None:
    if schedule == "":
        return None
    if schedule.startswith("cron("):
        return cron_fault(schedule[5:-1].split(" "))
    rate = re.fullmatch(r"rate\(([1-9]\d{0,8}) (minute|hour|day)(s?)\)", schedule, re.ASCII)
    if not rate:
        return "is not a rate in minutes, hours or days"
    return "mixes singular and plural" if (rate[1] == "1") == bool(rate[3]) else None


def tag_fault(text: str) -> str | None:
    for character in text:
        if ord(character) > 127 and unicodedata.category(character)[0] not in "LN":
            return f"holds U+{ord(character):04X}, which is not a letter or digit"
    return None


def topic_fault(arn: str) -> str | None:
    _, partition, _, region, *_ = arn.split(":")
    home = {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(region.rsplit("-", 2)[0], "aws")
    return None if partition == home else f"names the partition {partition}, but {region} belongs to {home}"


def endpoint_fault(url: str) -> str | None:
    host = url.removeprefix("https://").split("/")[0].split(":")[0].lower()
    if any(host == chat or host.endswith(f".{chat}") for chat in (*CHATS, *CHATS_TOO)):
        return "is a chat's webhook, which is a secret and must not be in a file"
    path = PurePosixPath(url.removeprefix("https://").partition("?")[0])
    if {".", ".."} & set(path.parts) or re.search(r"%[01]|%7f", url.lower()):
        return "holds a path step . or .., or an escaped control character"
    return None


def value_pattern_fault(pattern: str) -> str | None:
    found = pattern_fault(pattern)
    return found.why if found else None


def date_format_fault(form: str) -> str | None:
    found = format_fault(form)
    return found.why if found else None


def approval_timeout_fault(duration: str) -> str | None:
    number, _, unit = duration.partition(" ")
    return None if 60 <= int(number) * MINUTES[unit] <= 60 * MINUTES["days"] else "is not between 1 hour and 60 days"


def run_timeout_fault(duration: str) -> str | None:
    number, _, unit = duration.partition(" ")
    return None if int(number) * MINUTES[unit] <= 7 * MINUTES["days"] else "is more than 7 days"


def days_fault(days: str) -> str | None:
    first, dash, last = days.partition("-")
    if dash and DAYS.index(first) > DAYS.index(last):
        return "goes over the end of the week, which begins on SUN: write the days one by one"
    return "names a day twice" if len(set(days.split(","))) < len(days.split(",")) else None


def hours_fault(hours: str) -> str | None:
    first, _, last = hours.partition("-")
    return "ends before it begins" if int(first) > int(last) else None


def time_zone_fault(name: str) -> str | None:
    """Check against this machine's list of time zones, if it has one; else AWS checks it when the pipeline is made."""
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, OSError):
        return "is not a time zone of the IANA list" if zoneinfo.available_timezones() else None
    return None


def column_type_hint(column_type: str) -> str:
    near = nearest(column_type.lower(), TYPES, "")
    return f"{near} The types are {', '.join(TYPES)} and decimal(12,2)." if near else ""


def value_pattern_hint(pattern: str) -> str:
    found = pattern_fault(pattern)
    return found.instead if found else ""


def date_format_hint(form: str) -> str:
    found = format_fault(form)
    return found.instead if found else ""


MORE_ABOUT: dict[str, Callable[[str], str]] = {
    "column_type": column_type_hint,
    "value_pattern": value_pattern_hint,
    "date_format": date_format_hint,
}
# What people call environments whose usual name is longer than the eight characters that fit into every name in AWS.
SHORT_ENVIRONMENTS = {
    "production": "prod",
    "development": "dev",
    "integration": "int",
    "acceptance": "acc",
    "preproduction": "preprod",
    "pre-production": "preprod",
    "quality": "qa",
}
RESERVED_BY_S3 = ("sthree", "amzn-s3-demo")


def hint(kind: str, value: object) -> str:
    """What to write instead of a wrong answer that people often give; empty for all others."""
    text = value.lower() if isinstance(value, str) else ""
    if kind in MORE_ABOUT and isinstance(value, str):
        return MORE_ABOUT[kind](value)
    if kind == "environment" and text in SHORT_ENVIRONMENTS:
        return f"Write {SHORT_ENVIRONMENTS[text]}: it is part of every name in AWS, so it has at most 8 characters."
    if kind in ("project_slug", "bucket_name_prefix") and text.startswith(RESERVED_BY_S3):
        return "Bucket names begin with it, and S3 reserves those that begin with sthree- or amzn-s3-demo-."
    return ""


FAULT_OF_KIND: dict[str, Callable[[str], str | None]] = {
    "project_name": project_name_fault,
    "column_type": decimal_fault,
    "vpc_cidr": cidr_fault,
    "schedule_expression": schedule_fault,
    "tag_key": tag_fault,
    "tag_value": tag_fault,
    "sns_topic_arn": topic_fault,
    "https_endpoint": endpoint_fault,
    "value_pattern": value_pattern_fault,
    "date_format": date_format_fault,
    "approval_timeout": approval_timeout_fault,
    "run_timeout": run_timeout_fault,
    "days_of_week": days_fault,
    "hours_of_day": hours_fault,
    "time_zone": time_zone_fault,
}
