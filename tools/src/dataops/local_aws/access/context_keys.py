"""The keys of conditions that the local AWS fills, as AWS does. A condition on any other key ends the call loudly."""

import re
from functools import lru_cache

# Keys that are absent from a request though they are listed here are absent on AWS, too.
FILLED = (
    # IAM user guide, "AWS global condition context keys". No account here is in an organization.
    "aws:principalarn",
    "aws:principalaccount",
    "aws:principaltype",
    "aws:principaltag/*",
    "aws:principalisawsservice",
    "aws:principalservicename",
    "aws:principalorgid",
    "aws:userid",
    "aws:username",
    "aws:requestedregion",
    "aws:securetransport",
    "aws:sourceip",
    # Only services that act for a resource name it.
    "aws:sourcearn",
    "aws:sourceaccount",
    "aws:sourceorgid",
    # In the policy that SNS gives a topic: a role without sns:Publish is refused there, so its calls do not have it.
    "aws:sourceowner",
    # Only calls that a service makes with somebody's rights, as S3 does with a key.
    "aws:viaawsservice",
    "aws:calledvia",
    "aws:calledviafirst",
    "aws:calledvialast",
    "aws:requesttag/*",
    "aws:tagkeys",
    "aws:resourcetag/*",
    "aws:resourceaccount",
    # Service Authorization Reference, "Actions, resources, and condition keys for ...", by service.
    "cloudwatch:namespace",
    "codecommit:references",
    "dynamodb:leadingkeys",
    "ec2:createaction",
    "ec2:resourcetag/*",
    "ec2:vpc",
    "events:targetarn",
    "iam:awsservicename",
    "iam:passedtoservice",
    "iam:permissionsboundary",
    "iam:policyarn",
    "iam:resourcetag/*",
    "kms:calleraccount",
    "kms:encryptioncontext:*",
    "kms:grantisforawsresource",
    "kms:resourcealiases",
    "kms:viaservice",
    "lambda:functionarn",
    "lambda:principal",
    "s3:delimiter",
    "s3:prefix",
    "s3:versionid",
    "s3:x-amz-acl",
    "s3:x-amz-server-side-encryption",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
    "sns:endpoint",
    "sns:protocol",
    "sts:externalid",
    "sts:rolesessionname",
    # Lambda developer guide, "Using source function ARN to control function access behavior".
    "lambda:sourcefunctionarn",
)
PATTERN = re.compile("|".join(re.escape(key).replace(r"\*", ".+") for key in FILLED))
RESOURCE_TAG = re.compile(r"(?:aws|ec2|iam):resourcetag/(.+)")


@lru_cache(maxsize=1024)
def is_filled(key: str) -> bool:
    """Whether the local AWS fills a key, given in small letters."""
    return PATTERN.fullmatch(key) is not None
