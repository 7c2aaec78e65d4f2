# The network of jobs, crawlers and Lambdas: a new VPC without internet access, or an existing one.

locals {
  _created  = var.environment.network.cidr == null ? {} : { network = var.environment.network.cidr }
  _existing = var.environment.network.vpc == null ? {} : { network = var.environment.network.vpc }
  # Their order is that of the subnets' blocks.
  _zones = { for index, zone in sort(local._chosen_zones) : zone => index if length(local._created) > 0 }

  vpc     = one(concat([for vpc in aws_vpc.this : { id = vpc.id, cidr = vpc.cidr_block }], [for vpc in data.aws_vpc.existing : { id = vpc.id, cidr = vpc.cidr_block }]))
  subnets = concat([for zone in sort(keys(local._zones)) : aws_subnet.private[zone].id], sort(var.environment.network.subnets))
  # A Glue connection is in one subnet and names its zone.
  home = one(concat(
    [for zone in slice(sort(keys(local._zones)), 0, min(1, length(local._zones))) : { subnet = aws_subnet.private[zone].id, zone = zone }],
    [for subnet in data.aws_subnet.home : { subnet = subnet.id, zone = subnet.availability_zone }],
  ))
}

data "aws_vpc" "existing" {
  for_each = local._existing

  id = each.value
}

data "aws_subnet" "home" {
  for_each = { for index, subnet in sort(var.environment.network.subnets) : "home" => subnet if index == 0 }

  id     = each.value
  vpc_id = var.environment.network.vpc
}

resource "aws_vpc" "this" {
  for_each = local._created

  cidr_block           = each.value
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags                 = { Name = var.names.network }

  lifecycle {
    precondition {
      condition     = length(local._zones) == 2
      error_message = "${var.environment.name}: no two availability zones of ${local.region} offer Lambda and every VPC endpoint that is needed, only ${join(", ", keys(local._zones))}: choose another region, or name an existing VPC under network."
    }
  }
}

resource "aws_default_security_group" "closed" {
  for_each = aws_vpc.this

  vpc_id = each.value.id
}

resource "aws_subnet" "private" {
  for_each = local._zones

  vpc_id                  = aws_vpc.this["network"].id
  availability_zone       = each.key
  cidr_block              = cidrsubnet(var.environment.network.cidr, 4, each.value)
  map_public_ip_on_launch = false
  tags                    = { Name = "${local._subnet_name}${each.key}" }
}

resource "aws_route_table" "private" {
  for_each = aws_vpc.this

  vpc_id = each.value.id
  tags   = { Name = "${var.names.network}-private" }
}

resource "aws_route_table_association" "private" {
  for_each = aws_subnet.private

  subnet_id      = each.value.id
  route_table_id = aws_route_table.private["network"].id
}

resource "aws_flow_log" "this" {
  for_each = aws_vpc.this

  vpc_id                   = each.value.id
  traffic_type             = "ALL"
  log_destination          = aws_cloudwatch_log_group.this["flow"].arn
  log_destination_type     = "cloud-watch-logs"
  iam_role_arn             = aws_iam_role.flow["network"].arn
  max_aggregation_interval = 600
}
