"""New credentials of a role, as AWS's SDKs ask a `credential_process` for them: python deploy_credentials.py role name.

It runs by its path, in a process of Terraform's, and needs nothing of this project.
"""

import json
import os
import sys

import boto3


def main() -> None:
    """Assume the role with the build's own credentials, and print the session's."""
    role, name = sys.argv[1:3]
    # The configuration that names this command leads back to it.
    os.environ["AWS_CONFIG_FILE"] = os.devnull
    given = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName=name)["Credentials"]
    keys = {key: given[key] for key in ("AccessKeyId", "SecretAccessKey", "SessionToken")}
    print(json.dumps({"Version": 1, **keys, "Expiration": given["Expiration"].isoformat()}))


if __name__ == "__main__":
    main()
