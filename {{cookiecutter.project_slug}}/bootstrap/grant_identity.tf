# Permissions to change roles: only those of this environment, within its boundary, for the services used.

locals {
  _bounded = [{ test = "StringEquals", variable = "iam:PermissionsBoundary", values = ["${local.arn.iam}:policy/${local.names.boundary}"] }]
  # A role may be passed to Lambda, Glue, VPC flow logs, Amazon Q Developer in chat applications, Lake Formation.
  _passed_to = concat(["lambda.amazonaws.com", "glue.amazonaws.com", "vpc-flow-logs.amazonaws.com", "chatbot.amazonaws.com"], [for service in ["lakeformation.amazonaws.com"] : service if local.is_governed])

  write_identity = {
    BoundedRoles = { actions = [for what in ["AttachRolePolicy", "CreateRole", "DeleteRolePolicy", "DetachRolePolicy", "PutRolePermissionsBoundary", "PutRolePolicy"] : "iam:${what}"], resources = local.own.roles, conditions = local._bounded }
    Roles        = { actions = [for what in ["DeleteRole", "ListInstanceProfilesForRole", "TagRole", "UntagRole", "UpdateAssumeRolePolicy", "UpdateRole", "UpdateRoleDescription"] : "iam:${what}"], resources = local.own.roles }
    PassRoles    = { actions = ["iam:PassRole"], resources = local.own.roles, conditions = [{ test = "StringEquals", variable = "iam:PassedToService", values = local._passed_to }] }
    ChatChannels = { actions = flatten([for verb in ["Delete", "Update"] : ["chatbot:${verb}MicrosoftTeamsChannelConfiguration", "chatbot:${verb}SlackChannelConfiguration"]]), resources = local.own.chat_channels }
    # AWS offers no narrower resource for these.
    NewChatChannels = { actions = [for what in ["CreateMicrosoftTeamsChannelConfiguration", "CreateSlackChannelConfiguration", "TagResource", "UntagResource"] : "chatbot:${what}"], resources = ["*"] }
    # An account's first chat channel creates the service-linked role of Amazon Q Developer in chat applications.
    ChatServiceRole = {
      actions    = ["iam:CreateServiceLinkedRole"]
      resources  = [local.chat_service_role]
      conditions = [{ test = "StringEquals", variable = "iam:AWSServiceName", values = ["management.chatbot.amazonaws.com"] }]
    }
  }
}
