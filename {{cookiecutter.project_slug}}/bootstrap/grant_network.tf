# Permissions to apply changes of the network. Its resources have no names, so their tags identify them.

locals {
  _made = [for what in ["FlowLogs", "RouteTable", "SecurityGroup", "Subnet", "Vpc", "VpcEndpoint"] : "ec2:Create${what}"]

  write_network = merge({
    NewParts     = { actions = local._made, resources = local.own.network, conditions = local.tagging }
    InOwnNetwork = { actions = concat(local._made, ["ec2:ModifyVpcEndpoint"]), resources = local.own.network_here, conditions = local.tagged }
    TagNewParts  = { actions = ["ec2:CreateTags"], resources = concat(local.own.network, ["${local.arn.ec2}:security-group-rule/*"]), conditions = concat(local.tagging, [{ test = "StringEquals", variable = "ec2:CreateAction", values = [for action in concat(local._made, ["ec2:AuthorizeSecurityGroupEgress", "ec2:AuthorizeSecurityGroupIngress"]) : split(":", action)[1]] }]) }
    OwnParts = {
      actions = [for what in [
        "AssociateRouteTable", "AuthorizeSecurityGroupEgress", "AuthorizeSecurityGroupIngress", "CreateTags", "DeleteFlowLogs", "DeleteRouteTable",
        "DeleteSecurityGroup", "DeleteSubnet", "DeleteTags", "DeleteVpc", "DeleteVpcEndpoints", "DisassociateRouteTable", "ModifySubnetAttribute",
        "ModifyVpcAttribute", "ModifyVpcEndpoint", "RevokeSecurityGroupEgress", "RevokeSecurityGroupIngress",
        "UpdateSecurityGroupRuleDescriptionsEgress", "UpdateSecurityGroupRuleDescriptionsIngress",
      ] : "ec2:${what}"]
      resources  = local.own.network
      conditions = local.tagged
    }
    NewRules = { actions = ["ec2:AuthorizeSecurityGroupEgress", "ec2:AuthorizeSecurityGroupIngress"], resources = ["${local.arn.ec2}:security-group-rule/*"] }
    # An interface endpoint with private DNS associates a hosted zone with the VPC.
    PrivateNames = { actions = ["route53:AssociateVPCWithHostedZone"], resources = ["arn:${local.partition}:route53:::hostedzone/*", "${local.arn.ec2}:vpc/*"] }
    # Lambda leaves network interfaces behind; Terraform deletes the unused ones before it deletes their subnet or security group.
    # They have no tags: in an existing network the VPC limits the permission; in a new VPC nothing can.
    LeftInterfaces = { actions = ["ec2:DeleteNetworkInterface"], resources = ["${local.arn.ec2}:network-interface/*"], conditions = [for vpc in compact([local._network.vpc]) : { test = "ArnEquals", variable = "ec2:Vpc", values = ["${local.arn.ec2}:vpc/${vpc}"] }] }
    }, local._network.vpc == null ? {
    # A new VPC has an untagged default security group, which may be tagged; a group of another owner may not.
    ClaimDefaultGroup = { actions = ["ec2:CreateTags"], resources = ["${local.arn.ec2}:security-group/*"], conditions = concat(local.tagging, [{ test = "Null", variable = "aws:ResourceTag/Project", values = ["true"] }]) }
    } : {}, local._network.vpc == null ? {} : {
    InExistingNetwork = { actions = ["ec2:CreateSecurityGroup"], resources = local.existing_network }
  })
}
