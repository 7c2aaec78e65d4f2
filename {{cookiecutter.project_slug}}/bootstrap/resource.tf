# The resources of this environment, as policies name them.

locals {
  own = {
    buckets       = values(local.bucket)
    scripts       = ["${local.bucket.script}/*"]
    keys          = ["${local.arn.kms}:key/*"]
    roles         = ["${local.arn.iam}:role/${local.prefix}-*"]
    functions     = ["${local.arn.lambda}:function:${local.prefix}-*"]
    mappings      = ["${local.arn.lambda}:event-source-mapping:*"]
    queues        = ["${local.arn.sqs}:${local.prefix}-*"]
    topics        = ["${local.arn.sns}:${local.prefix}-*"]
    tables        = ["${local.arn.dynamodb}:table/${local.prefix}-*"]
    rules         = ["${local.arn.events}:rule/${local.prefix}-*"]
    alarms        = ["${local.arn.cloudwatch}:alarm:${local.prefix}-*"]
    dashboards    = ["arn:${local.partition}:cloudwatch::${local.account}:dashboard/${local.prefix}"]
    budgets       = ["${local.arn.budgets}:budget/${local.names.budget}"]
    log_groups    = [for place in ["/aws/lambda/${local.prefix}-*", "/aws-glue/jobs/${local.prefix}", "/aws-glue/jobs/${local.prefix}-*", "/aws-glue/crawlers-role/${local.prefix}-*", "/vpc/${local.prefix}"] : "${local.arn.logs}:log-group:${place}"]
    catalog       = ["${local.arn.glue}:catalog", "${local.arn.glue}:database/${local.names.database}", "${local.arn.glue}:table/${local.names.database}/*"]
    workgroups    = [for name in [local.prefix, "${local.prefix}-*"] : "${local.arn.athena}:workgroup/${name}"]
    connections   = ["${local.arn.glue}:catalog", "${local.arn.glue}:connection/${local.prefix}-*"]
    chat_channels = ["${local.arn.chatbot}:chat-configuration/*/${local.prefix}-*"]
    glue_work     = [for kind in ["crawler", "job", "dataQualityRuleset"] : "${local.arn.glue}:${kind}/${local.prefix}-*"]
    network       = [for kind in ["vpc", "subnet", "route-table", "security-group", "vpc-endpoint", "vpc-flow-log"] : "${local.arn.ec2}:${kind}/*"]
    network_here  = [for kind in ["vpc", "subnet", "route-table", "security-group"] : "${local.arn.ec2}:${kind}/*"]
  }

  # A client's key is used only through the services whose data it encrypts.
  by_foreign_services = [{ test = "StringEquals", variable = "kms:ViaService", values = [for service in module.project.environment.foreign_key_services : "${service}.${local.region}.${local.dns_suffix}"] }]

  chat_service_role = "${local.arn.iam}:role/aws-service-role/management.chatbot.amazonaws.com/AWSServiceRoleForAWSChatbot"

  # An existing network has no tags of this project, so it is named.
  _network         = module.project.environment.network
  existing_network = local._network.vpc == null ? [] : concat(["${local.arn.ec2}:vpc/${local._network.vpc}"], [for subnet in local._network.subnets : "${local.arn.ec2}:subnet/${subnet}"])
}
