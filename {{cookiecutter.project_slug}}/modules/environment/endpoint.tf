# The endpoints that a VPC without internet access needs to reach AWS, and the allowed connections.

locals {
  interfaces = { for name in var.capacity.interface_endpoints : name => name if length(local._created) > 0 }
  gateways   = { for name in var.capacity.gateway_endpoints : name => name if length(local._created) > 0 }
  # As boto3 names them.
  services = [for name in concat(var.capacity.gateway_endpoints, var.capacity.interface_endpoints) : name == "monitoring" ? "cloudwatch" : name]

  databases = { for name, connection in var.environment.jdbc : name => {
    host = try(regex("(?://|@)([A-Za-z0-9._-]+)", connection.url)[0], "")
    port = try(regex(":([0-9]{2,5})(?:[/:;?]|$)", connection.url)[0], "5432")
  } }
  jdbc_ports = toset([for database in local.databases : database.port])
}

resource "aws_vpc_endpoint" "gateway" {
  for_each = local.gateways

  vpc_id            = aws_vpc.this["network"].id
  service_name      = "com.amazonaws.${local.region}.${each.key}"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [aws_route_table.private["network"].id]
  tags              = { Name = "${var.names.network}-${each.key}" }
}

resource "aws_vpc_endpoint" "interface" {
  for_each = local.interfaces

  vpc_id              = aws_vpc.this["network"].id
  service_name        = data.aws_vpc_endpoint_service.interface[each.key].service_name
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = [for subnet in aws_subnet.private : subnet.id]
  security_group_ids  = [aws_security_group.work.id]
  tags                = { Name = "${var.names.network}-${each.key}" }
}

resource "aws_security_group" "work" {
  name        = var.names.work
  description = "Jobs, crawlers, Lambdas and the endpoints that they use"
  vpc_id      = local.vpc.id
  tags        = { Name = var.names.work }
}

# Glue's workers connect to each other on every port; the endpoints are in the same group.
resource "aws_security_group_rule" "among_members" {
  for_each = toset(["ingress", "egress"])

  type              = each.key
  description       = "Members of this group, among themselves"
  security_group_id = aws_security_group.work.id
  self              = true
  protocol          = "tcp"
  from_port         = 0
  to_port           = 65535
}

resource "aws_security_group_rule" "to_gateway" {
  for_each = aws_vpc_endpoint.gateway

  type              = "egress"
  description       = "To ${each.key} through its gateway endpoint"
  security_group_id = aws_security_group.work.id
  prefix_list_ids   = [each.value.prefix_list_id]
  protocol          = "tcp"
  from_port         = 443
  to_port           = 443
}

# An existing VPC has its own path to AWS (a NAT gateway, or its own endpoints): only TLS is allowed out.
resource "aws_security_group_rule" "to_aws" {
  for_each = local._existing

  type              = "egress"
  description       = "To AWS through the existing VPC, by TLS"
  security_group_id = aws_security_group.work.id
  cidr_blocks       = ["0.0.0.0/0"]
  protocol          = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_security_group_rule" "to_database" {
  for_each = local.jdbc_ports

  type              = "egress"
  description       = "To the databases of the JDBC connections"
  security_group_id = aws_security_group.work.id
  cidr_blocks       = [local.vpc.cidr]
  protocol          = "tcp"
  from_port         = tonumber(each.key)
  to_port           = tonumber(each.key)
}
