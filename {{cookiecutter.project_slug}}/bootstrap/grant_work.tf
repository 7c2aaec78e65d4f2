# Permissions to apply changes of compute and catalog: functions, rules, catalog, crawlers, jobs.

locals {
  write_work = {
    Functions = {
      actions = [for what in [
        "AddPermission", "CreateFunction", "DeleteFunction", "DeleteFunctionConcurrency", "PutFunctionConcurrency",
        "RemovePermission", "TagResource", "UntagResource", "UpdateFunctionCode", "UpdateFunctionConfiguration",
      ] : "lambda:${what}"]
      resources = local.own.functions
    }
    Mappings = {
      actions    = [for what in ["DeleteEventSourceMapping", "UpdateEventSourceMapping"] : "lambda:${what}"]
      resources  = local.own.mappings
      conditions = [{ test = "ArnLike", variable = "lambda:FunctionArn", values = local.own.functions }]
    }
    NewMapping = { actions = ["lambda:CreateEventSourceMapping"], resources = ["*"], conditions = [{ test = "ArnLike", variable = "lambda:FunctionArn", values = local.own.functions }] }
    # The id of a mapping is random, and a new one has no tags yet: only mappings tagged by another project are excluded.
    TagMapping  = { actions = ["lambda:TagResource", "lambda:UntagResource"], resources = local.own.mappings, conditions = local.not_of_others }
    Rules       = { actions = [for what in ["DeleteRule", "DisableRule", "EnableRule", "PutRule", "PutTargets", "RemoveTargets", "TagResource", "UntagResource"] : "events:${what}"], resources = local.own.rules }
    Catalog     = { actions = [for what in ["CreateDatabase", "CreateTable", "DeleteDatabase", "DeleteTable", "UpdateDatabase", "UpdateTable"] : "glue:${what}"], resources = concat(local.own.catalog, ["${local.arn.glue}:userDefinedFunction/${local.names.database}/*"]) }
    TagDatabase = { actions = ["glue:TagResource", "glue:UntagResource"], resources = ["${local.arn.glue}:database/${local.names.database}"] }
    Workgroups  = { actions = [for what in ["CreateNamedQuery", "CreateWorkGroup", "DeleteNamedQuery", "DeleteWorkGroup", "TagResource", "UntagResource", "UpdateWorkGroup"] : "athena:${what}"], resources = local.own.workgroups }
    Connections = { actions = [for what in ["CreateConnection", "DeleteConnection", "TagResource", "UntagResource", "UpdateConnection"] : "glue:${what}"], resources = local.own.connections }
    CrawlersJobs = {
      actions = [for what in [
        "CreateJob", "DeleteCrawler", "DeleteDataQualityRuleset", "DeleteJob", "StopCrawler", "TagResource", "UntagResource",
        "UpdateCrawler", "UpdateDataQualityRuleset", "UpdateJob",
      ] : "glue:${what}"]
      resources = local.own.glue_work
    }
    # AWS does not document whether a creation is evaluated on the new resource's name or on its type: both are granted, this one by the tags.
    TagNew = {
      actions    = ["glue:TagResource"]
      resources  = [for kind in ["connection", "crawler", "dataQualityRuleset", "job"] : "${local.arn.glue}:${kind}/*"]
      conditions = concat(local.tagging, local.not_of_others)
    }
    # AWS offers no narrower resource for these: a crawler and a ruleset must at least carry this environment's tags.
    NewCrawlersRulesets    = { actions = ["glue:CreateCrawler", "glue:CreateDataQualityRuleset"], resources = ["*"], conditions = local.tagging }
    SecurityConfigurations = { actions = ["glue:CreateSecurityConfiguration", "glue:DeleteSecurityConfiguration"], resources = ["*"] }
  }
}
