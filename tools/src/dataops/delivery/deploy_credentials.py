"""Prints new credentials of a role, in the form of a `credential_process`: python deploy_credentials.py role name.

Terraform's process runs it by its path, and it needs nothing of this project.
"""

import json
import os
import sys

import boto3


def main() -> None:
    """Assume the role with the build's own credentials, and print the session's credentials."""
    role, name = sys.argv[1:3]
    # The configuration that names this command would call it again.
    os.environ["AWS_CONFIG_FILE"] = os.devnull
    given = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName=name)["Credentials"]
    keys = {key: given[key] for key in ("AccessKeyId", "SecretAccessKey", "SessionToken")}
    print(json.dumps({"Version": 1, **keys, "Expiration": given["Expiration"].isoformat()}))


if __name__ == "__main__":
    main()
