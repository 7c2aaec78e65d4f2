# Names in AWS. What an environment has once is named here and nowhere else. What it has several of (functions, rules,
# alarms, datasets) is <prefix>-<its key>, composed once, where the keys are.

locals {
  prefix        = "${var.settings.slug}-${var.environment}"
  bucket_prefix = coalesce(var.settings.bucket_prefix, trimsuffix(substr(var.settings.slug, 0, min(20, length(var.settings.slug))), "-"))

  buckets = {
    for purpose in ["input", "script", "output", "quarantine", "query-result", "access-log"] :
    purpose => "${local.bucket_prefix}-${var.environment}-${purpose}-${local._entry.account}"
  }

  delivery_buckets = { for purpose in ["artifact", "access-log"] : purpose => "${local.bucket_prefix}-pipeline-${purpose}-${local.delivery_account}" }

  # In the output bucket, beside the folders of the datasets. files/output_layout.py has the same for the code.
  output_folders = { manifests = "_manifests", reports = "_reports", commits = "_commits", staging = "_staging" }

  # What bootstrap/ creates, for every environment and for the delivery account.
  deployments = { for name, entry in local._entries : name => {
    state_bucket     = "${local.bucket_prefix}-${name}-state-${entry.account}"
    state_log_bucket = "${local.bucket_prefix}-${name}-state-log-${entry.account}"
    state_key        = "alias/${var.settings.slug}-${name}-state"
    boundary         = "${var.settings.slug}-${name}-boundary"
    deploy_boundary  = "${var.settings.slug}-${name}-deploy-boundary"
    plan_role        = "${var.settings.slug}-${name}-deploy-plan"
    apply_role       = "${var.settings.slug}-${name}-deploy-apply"
    smoke_role       = "${var.settings.slug}-${name}-deploy-smoke"
    read_role        = "${var.settings.slug}-${name}-deploy-read"
  } }

  # CodeBuild projects, each with a service role of the same name.
  builds = { for build in concat(
    ["check", "pull-request", "drift", "notify"],
    [for pair in setproduct(["plan", "apply", "smoke"], var.settings.environments[*].name) : join("-", pair)],
  ) : build => "${var.settings.slug}-pipeline-${build}" }

  _security     = local.prefix
  _job_role     = "${local.prefix}-glue-job"
  _crawler_role = "${local.prefix}-glue-crawler"

  # Glue composes these names from the security configuration and the role, and creates missing groups (AWS Glue guide,
  # "Logging for AWS Glue jobs"; Glue 4.0 and older wrote elsewhere). No argument of a job changes them.
  log_groups = {
    job_error  = "/aws-glue/jobs/${local._security}-role/${local._job_role}/error"
    job_output = "/aws-glue/jobs/${local._security}-role/${local._job_role}/output"
    crawler    = "/aws-glue/crawlers-role/${local._crawler_role}-${local._security}"
  }

  names = merge(local.deployments[var.environment], {
    database          = replace(local.prefix, "-", "_")
    ledger            = "${local.prefix}-ledger"
    queue             = "${local.prefix}-uploads"
    dead_letter_queue = "${local.prefix}-uploads-dead-letters"
    event_dead_letter = "${local.prefix}-events-dead-letters"
    topic             = "${local.prefix}-notifications"
    key               = "alias/${local.prefix}"
    network           = local.prefix
    connection        = "${local.prefix}-network"
    security          = local._security
    lake_role         = "${local.prefix}-data-location"
    job_role          = local._job_role
    crawler_role      = local._crawler_role
    # The group that version 1.0 declared for jobs; no job of Glue 5 writes to it.
    retired_log_group = "/aws-glue/jobs/${local.prefix}"
    digest            = "${local.prefix}-digest"
    connection_check  = "${local.prefix}-check-connections"
    rejections        = "${local.prefix}-rejected-connections"
    flow_log_role     = "${local.prefix}-flow-log"
    work              = "${local.prefix}-work"
    canary            = "canary"
    budget            = local.prefix
  })

  # The topics of this environment's targets, by the target's name.
  target_topics = { for name in keys(local._targets_here) : name => "${local.prefix}-notifications-${split(":", name)[0]}-${substr(sha256(name), 0, 8)}" }
}
