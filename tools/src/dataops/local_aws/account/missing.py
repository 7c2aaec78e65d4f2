"""The list of AWS features that the local AWS accepts but does not implement, shown in every report."""

MISSING = {
    "IAM": "Service control policies and the policies of an organization are unknown; every role's own policies count.",
    "Encryption": "Every use of a key needs its rights; objects and messages are stored on this machine as they are.",
    "Network": "Functions and jobs reach the AWS services that their VPC leads to; databases are reached by loopback.",
    "Lifecycle": "Rules are kept; nothing expires, because nothing here lives for days.",
    "Access logs and traces": "The settings are kept; no access log, flow log or X-Ray trace is written.",
    "Athena": "Workgroups and saved queries are kept; no query is answered there, `make query` reads the tables.",
    "Data quality": "The rulesets are kept; Glue Data Quality does not evaluate them here, the job's own rules do run.",
    "Glue versions": "Jobs run on the Spark of requirements.txt, crawlers read as Glue's built-in classifiers do.",
    "Usual values": "A metric's expected value is the mean of its history here; CloudWatch also learns hours and days.",
    "Messages": "Nothing leaves this machine: mails, calls and chat messages are recorded for the report.",
    "Iceberg": "Iceberg tables need the Glue catalog's own libraries: the batches that they take in are shown instead.",
}
