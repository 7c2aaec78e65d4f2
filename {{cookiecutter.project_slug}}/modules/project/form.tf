# The format of single entries, wherever they occur. project.schema.json has the same rules for editors and the generator.

locals {
  forms = {
    slug                    = { pattern = "^[a-z][a-z0-9]*(-[a-z0-9]+)*$", least = 3, most = 24, words = "3 to 24 lower-case letters, digits and single hyphens, starting with a letter" }
    bucket_prefix           = { pattern = "^[a-z0-9]+(-[a-z0-9]+)*$", least = 3, most = 20, words = "3 to 20 lower-case letters, digits and single hyphens" }
    region                  = { pattern = "^[a-z]{2}(-gov)?-[a-z]+-[1-9]$", words = "an AWS region such as eu-west-1" }
    "tag key"               = { pattern = "^[\\p{L}\\p{Z}\\p{N}_.:/=+@-]+$", most = 127, words = "letters, digits, spaces and _ . : / = + - @" }
    "tag value"             = { pattern = "^[\\p{L}\\p{Z}\\p{N}_.:/=+@-]*$", most = 255, words = "letters, digits, spaces and _ . : / = + - @" }
    "KMS key"               = { pattern = "^arn:(aws|aws-cn|aws-us-gov):kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]{1,128}$", words = "the ARN of a key, not of an alias" }
    glue_version            = { pattern = "^(5[.]1|6[.]0)$", words = "\"5.1\" or \"6.0\", in quotes" }
    "git provider"          = { pattern = "^(codecommit|github|gitlab|bitbucket)$", words = "codecommit, github, gitlab or bitbucket" }
    "codecommit repository" = { pattern = "^[A-Za-z0-9_.-]+$", most = 100, words = "a CodeCommit repository's name" }
    "git repository"        = { pattern = "^[A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)+$", most = 200, words = "owner/repository" }
    branch                  = { pattern = "^[A-Za-z0-9][A-Za-z0-9._/-]*$", most = 200, never = "[.][.]|//|/[.]|/$|[.]$|[.]lock(/|$)|^refs/|^[0-9a-fA-F]{40}$|^([A-Z]+_)?HEAD$|(^|/)((?i)aux|con|nul|prn|com[0-9]|lpt[0-9])([.][^/]*)?(/|$)", words = "a branch such as main: letters, digits and . _ - / only" }
    role                    = { pattern = "^[A-Za-z0-9_+=.@-]+$", most = 64, words = "the name of an IAM role" }
    "delivery account"      = { pattern = "^[0-9]{12}$", words = "12 digits, in quotes" }
    approval_timeout        = { pattern = "^[1-9][0-9]{0,4} (minutes|hours|days)$", words = "a number of minutes, hours or days, such as 3 days" }
    "git connection"        = { pattern = "^arn:(aws|aws-cn|aws-us-gov):(codeconnections|codestar-connections):[a-z0-9-]+:[0-9]{12}:connection/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", words = "the ARN of a connection" }
    days                    = { pattern = "^(SUN|MON|TUE|WED|THU|FRI|SAT)(-(SUN|MON|TUE|WED|THU|FRI|SAT)|(,(SUN|MON|TUE|WED|THU|FRI|SAT))*)$", words = "days such as MON-FRI or MON,WED" }
    hours                   = { pattern = "^([0-9]|1[0-9]|2[0-3])-([0-9]|1[0-9]|2[0-3])$", words = "a first and a last hour such as 9-16" }
    time_zone               = { pattern = "^[A-Z][A-Za-z]*([/_+-][A-Za-z0-9]+)*$", most = 40, words = "the name of a time zone such as Europe/Brussels" }
    environment             = { pattern = "^[a-z][a-z0-9]{1,7}$", words = "2 to 8 lower-case letters and digits, starting with a letter" }
    account                 = { pattern = "^[0-9]{12}$", words = "12 digits, in quotes" }
    worker_type             = { pattern = "^G[.][1248]X$", words = "G.1X, G.2X, G.4X or G.8X" }
    vpc                     = { pattern = "^vpc-([0-9a-f]{8}|[0-9a-f]{17})$", words = "the id of a VPC" }
    subnet                  = { pattern = "^subnet-([0-9a-f]{8}|[0-9a-f]{17})$", words = "the id of a subnet" }
    connection              = { pattern = "^[a-z][a-z0-9]*(_[a-z0-9]+)*$", most = 24, words = "at most 24 lower-case letters, digits and single underscores, starting with a letter" }
    "JDBC url"              = { pattern = "^jdbc:[a-z0-9:]+", words = "a JDBC address such as jdbc:postgresql://host:5432/db" }
    secret                  = { pattern = "^[A-Za-z0-9/_+=.@-]+$", most = 128, words = "the name of a secret in Secrets Manager" }
    dataset                 = { pattern = "^[a-z][a-z0-9]*(_[a-z0-9]+)*$", most = 24, words = "at most 24 lower-case letters, digits and single underscores, starting with a letter" }
    format                  = { pattern = "^(csv|json|parquet|orc)$", words = "csv, json, parquet or orc" }
    prefix                  = { pattern = "^([a-z0-9][a-z0-9_.-]*/)+$", most = 256, words = "a folder in lower case that ends with /" }
    delimiter               = { pattern = "^[\\t !#-&*+,./:;<=>?@^_`|~-]$", words = "one character such as , or ; or a tab" }
    encoding                = { pattern = "^(utf-8|windows-1252|iso-8859-1|utf-16)$", words = "utf-8, windows-1252, iso-8859-1 or utf-16" }
    decimal                 = { pattern = "^[.,]$", words = "a point or a comma, in quotes" }
    on_drift                = { pattern = "^(report|stop)$", words = "report or stop" }
    table_format            = { pattern = "^(parquet|iceberg)$", words = "parquet or iceberg" }
    expected_every          = { pattern = "^[1-9][0-9]{0,3} (minutes|hours|days)$", words = "a number of minutes, hours or days, such as 24 hours" }
    timeout                 = { pattern = "^[1-9][0-9]{0,3} (minutes|hours|days)$", words = "a number of minutes, hours or days, such as 2 hours" }
    log_retention           = { pattern = "^(1|3|5|7|14|30|60|90|120|150|180|365|400|545|731|1096|1827|2192|2557|2922|3288|3653) days$", words = "a number of days that CloudWatch knows, such as 30 days or 365 days" }
    longest_wait            = { pattern = "^[1-9][0-9]{0,3} (minutes|hours|days)$", words = "a number of minutes, hours or days, such as 60 minutes" }
    longest_crawl           = { pattern = "^[1-9][0-9]{0,3} (minutes|hours|days)$", words = "a number of minutes, hours or days, such as 60 minutes" }
    most_scanned            = { pattern = "^[1-9][0-9]{0,3} (GB|TB)$", words = "a number of GB or TB, such as 100 GB" }
    results_kept            = { pattern = "^[1-9][0-9]{0,3} days$", words = "a number of days, such as 30 days" }
    reader                  = { pattern = "^arn:(aws|aws-cn|aws-us-gov):iam::[0-9]{12}:role/([A-Za-z0-9_+=,.@-]+/)*[A-Za-z0-9_.-]{1,64}$", most = 200, words = "the ARN of an IAM role whose name has letters, digits and _ . - only" }
    schedule                = { pattern = "^(${local._rate}|${local._cron})?$", most = 256, words = "rate(1 hour), rate(2 hours) or cron(0 6 * * ? *), with ? as one of the two days" }
    column                  = { pattern = "^[a-z][a-z0-9_]*$", most = 127, words = "at most 127 lower-case letters, digits and underscores, starting with a letter" }
    type                    = { pattern = "^(bigint|binary|boolean|date|double|float|int|smallint|string|timestamp|tinyint|decimal[(]([1-9]|[12][0-9]|3[0-8]),(0|[1-9]|[12][0-9]|3[0-8])[)])$", words = "bigint, binary, boolean, date, double, float, int, smallint, string, timestamp, tinyint or decimal(precision,scale)" }
    protocol                = { pattern = "^(email|sms|https|slack|teams|topic)$", words = "email, sms, https, slack, teams or topic" }
    kind                    = { pattern = "^(${join("|", keys(local.kinds))})$", words = "one of ${join(", ", keys(local.kinds))}" }
    successes               = { pattern = "^(daily|per run|never)$", words = "daily, per run or never" }
    "target environment"    = { pattern = "^(${join("|", keys(local._deployments))})$", words = "one of ${join(", ", keys(local._deployments))}" }
    "email endpoint"        = { pattern = "^[^@\\s]+@[^@\\s]+[.][^@\\s]+$", words = "one plain address" }
    "sms endpoint"          = { pattern = "^[+][1-9][0-9]{6,14}$", words = "a telephone number with its country, such as +32470123456" }
    "https endpoint"        = { pattern = "^https://", words = "an https:// address" }
    "slack workspace"       = { pattern = "^T[A-Z0-9]{2,20}$", words = "the workspace's id, such as T0123ABCD" }
    "slack channel"         = { pattern = "^[CG][A-Z0-9]{2,20}$", words = "the channel's id, such as C0123ABCD" }
    "teams tenant"          = { pattern = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", words = "the tenant's id as Microsoft Teams gives it" }
    "teams team"            = { pattern = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", words = "the team's id as Microsoft Teams gives it" }
    "teams channel"         = { pattern = "^19:[A-Za-z0-9._-]{1,120}@thread[.](tacv2|skype)$", words = "the channel's id as in its link, without % escapes" }
    "topic arn"             = { pattern = "^arn:(aws|aws-cn|aws-us-gov):sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$", words = "the ARN of an SNS topic" }
  }

  # The required fields of a notification of each protocol.
  needed = { email = ["endpoint"], sms = ["endpoint"], https = ["endpoint"], slack = ["workspace", "channel"], teams = ["tenant", "team", "channel"], topic = ["arn"] }
}
