"""Names in AWS that a Lambda composes or reads; `full_name` in modules/dataset/main.tf is the same for Terraform."""


def full_name(prefix: str, dataset: str) -> str:
    """What a dataset's crawler, job, ruleset and rule are called."""
    return f"{prefix}-{dataset}"


def dataset_of(prefix: str, name: str) -> str | None:
    """The dataset whose crawler or job has a name; None for one of another project or environment."""
    return name.removeprefix(f"{prefix}-") if name.startswith(f"{prefix}-") else None
