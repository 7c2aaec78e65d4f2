"""Reads what Terraform tells a Lambda, when the Lambda is imported."""

import os


def required(name: str) -> str:
    """The value of an environment variable; a missing or empty one fails by name."""
    value = os.environ.get(name, "")
    if not value:
        raise RuntimeError(f"The environment variable {name} is missing: see modules/environment/lambda.tf.")
    return value
