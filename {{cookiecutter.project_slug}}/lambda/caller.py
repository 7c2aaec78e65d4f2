"""Who called AWS, as people know them."""


def person(arn: str) -> str:
    """anna (Developers), of arn:aws:sts::111111111111:assumed-role/Developers/anna."""
    kind, *names = arn.rpartition(":")[2].split("/")
    return f"{names[-1]} ({names[0]})" if kind == "assumed-role" and len(names) > 1 else (names or [kind])[-1]
