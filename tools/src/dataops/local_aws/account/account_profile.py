"""What kind of account the local AWS plays: its quotas, its zones, and who governs its Data Catalog."""

from dataclasses import dataclass

# AWS Account Management Reference Guide, "Enable or disable AWS Regions": off until somebody enables them.
OPT_IN_REGIONS = frozenset(
    {
        "af-south-1",
        "ap-east-1",
        "ap-east-2",
        "ap-south-2",
        "ap-southeast-3",
        "ap-southeast-4",
        "ap-southeast-5",
        "ap-southeast-6",
        "ap-southeast-7",
        "ca-west-1",
        "eu-central-2",
        "eu-south-1",
        "eu-south-2",
        "il-central-1",
        "me-central-1",
        "me-south-1",
        "mx-central-1",
    }
)


@dataclass(frozen=True)
class AccountProfile:
    """The quotas and settings of one account; the defaults are AWS's published default quotas."""

    name: str
    # Lambda Developer Guide, "Lambda quotas": 1,000; "New AWS accounts have reduced concurrency quotas".
    lambda_concurrency: int = 1000
    # Lambda Developer Guide, "Configuring reserved concurrency": "up to the unreserved value minus 100".
    lambda_unreserved_minimum: int = 100
    # Service Quotas, CodeBuild L-9D07B6EF (Linux/Small) and L-2DC20C30 (Linux/Medium): each size has its own.
    concurrent_builds: int = 60
    # Amazon VPC User Guide, "Amazon VPC quotas": L-F678F1CE, L-29B6F2EB, L-1B52E74A.
    vpcs_per_region: int = 5
    interface_endpoints_per_vpc: int = 50
    gateway_endpoints_per_region: int = 20
    # AWS General Reference, "AWS Glue endpoints and quotas": L-5E4153CA, and the DPUs of all runs together.
    glue_concurrent_runs: int = 2000
    glue_dpus: int = 2000
    # Amazon SNS Developer Guide, "SMS sandbox": new accounts send to verified numbers only.
    is_in_sms_sandbox: bool = False
    has_opt_in_regions: bool = True
    # Lake Formation Developer Guide, "Changing the default settings": no "Use only IAM access control".
    is_governed_by_lake_formation: bool = False
    # Whether EventBridge names the rule (aws:SourceArn) to KMS when it sends to an encrypted queue: AWS documents
    # neither, so the project must work both ways.
    eventbridge_names_its_rule: bool = True
    # Whether the zone with the letter `a` lacks Lambda and some endpoint services. Letters are mapped per account.
    has_limited_zone: bool = False

    def is_enabled(self, region: str) -> bool:
        """Whether requests to a region are answered."""
        return self.has_opt_in_regions or region not in OPT_IN_REGIONS


PROFILES = {
    profile.name: profile
    for profile in (
        AccountProfile(
            "new",
            # FernandoAranda (AWS) in awslabs/fhir-works-on-aws-deployment#691; "minimum value of [10]" in the same
            # report, aws-samples/alarm-context-tool#2 and DataDog/datadog-serverless-functions#621.
            lambda_concurrency=10,
            lambda_unreserved_minimum=10,
            # hashicorp-education/learn-terraform-aws-control-tower-aft#7: 0 or 1, whatever Service Quotas shows.
            concurrent_builds=1,
            # AWS publishes no numbers for new accounts; these are small enough to be noticed.
            glue_concurrent_runs=5,
            glue_dpus=20,
            is_in_sms_sandbox=True,
            has_opt_in_regions=False,
        ),
        AccountProfile("plain"),
        AccountProfile(
            "governed",
            is_governed_by_lake_formation=True,
            eventbridge_names_its_rule=False,
            has_limited_zone=True,
        ),
    )
}
DEFAULT = "plain"
_chosen = [PROFILES[DEFAULT]]


def choose(name: str) -> None:
    """Let this process play an account of the named profile."""
    _chosen[:] = [PROFILES[name]]


def current() -> AccountProfile:
    """The profile of every account that this process plays."""
    return _chosen[0]
