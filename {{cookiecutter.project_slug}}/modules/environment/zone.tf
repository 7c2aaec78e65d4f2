# The two availability zones of a new VPC: zones that offer Lambda and every endpoint, and once subnets exist, those subnets' zones.

locals {
  _subnet_name = "${var.names.network}-private-"

  # No endpoint is created for Lambda: its service is only used to find zones that have Lambda.
  _asked_services = { for name in concat(values(local.interfaces), length(local.interfaces) > 0 ? ["lambda"] : []) : name => name }
  # In GovCloud the answer may contain names only; a service without zones excludes no zone.
  _service_zones = [for service in data.aws_vpc_endpoint_service.interface : service.availability_zones if length(service.availability_zones) > 0]

  _running_zones = distinct([for subnet in data.aws_subnet.running : subnet.availability_zone])
  _offered_zones = sort([
    for zone, id in zipmap(data.aws_availability_zones.here.names, data.aws_availability_zones.here.zone_ids) : zone
    if !contains(var.capacity.zones_without_lambda, id) && alltrue([for zones in local._service_zones : contains(zones, zone)])
  ])
  # Existing subnets keep their zones, even if AWS adds services to other zones later.
  _candidate_zones = distinct(concat(sort(local._running_zones), local._offered_zones))
  _chosen_zones    = slice(local._candidate_zones, 0, min(2, length(local._candidate_zones)))
}

data "aws_availability_zones" "here" {
  # checkov:skip=CKV_AWS_394:A zone that AWS adds moves no subnet: running subnets keep their zones (local._candidate_zones).
  state = "available"

  # Local Zones and Wavelength Zones have none of the services.
  filter {
    name   = "zone-type"
    values = ["availability-zone"]
  }
}

data "aws_vpc_endpoint_service" "interface" {
  for_each = local._asked_services

  service_type = "Interface"
  service_name = local.partition == "aws-cn" ? null : "com.amazonaws.${local.region}.${each.key}"

  # In China some names begin with cn.com.amazonaws, so they are looked up. Elsewhere the name is known, and GovCloud accepts no filter.
  dynamic "filter" {
    for_each = local.partition == "aws-cn" ? ["service-name"] : []

    content {
      name   = filter.value
      values = [for beginning in ["com.amazonaws", "cn.com.amazonaws"] : "${beginning}.${local.region}.${each.key}"]
    }
  }
}

data "aws_subnets" "running" {
  for_each = local._created

  filter {
    name   = "tag:Name"
    values = ["${local._subnet_name}*"]
  }

  filter {
    name   = "tag:Deployment"
    values = [var.prefix]
  }
}

data "aws_subnet" "running" {
  for_each = toset(flatten([for found in data.aws_subnets.running : found.ids]))

  id = each.value
}
