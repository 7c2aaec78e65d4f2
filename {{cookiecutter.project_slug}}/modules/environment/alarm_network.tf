# Alarms of the network: refused connections, and services that cannot be reached from inside.

locals {
  # A metric filter has no constant dimension, so the metric's name contains the environment.
  rejected = "${var.environment.name}_rejected_connections"

  _possible_network_alarms = {
    connections-rejected = {
      says      = "The network rejects connections: something tries a connection that is not allowed, or an endpoint is missing."
      section   = "connections-rejected"
      period    = 900
      threshold = var.monitoring.rejected_connections
      metrics   = { rejected = { namespace = var.project.slug, name = local.rejected, dimensions = {}, statistic = "Sum" } }
    }
    endpoint-unreachable = {
      says      = "An AWS service cannot be reached from inside the network."
      section   = "endpoint-unreachable"
      period    = 1800
      threshold = 0
      metrics   = { unreachable = merge(local._own, { name = "endpoints_unreachable", statistic = "Maximum" }) }
    }
    connection-unreachable = {
      says      = "The database of a Glue connection cannot be reached from inside the network."
      section   = "connection-unreachable"
      period    = 1800
      threshold = 0
      metrics   = { unreachable = merge(local._own, { name = "connections_unreachable", statistic = "Maximum" }) }
    }
  }
  # An existing VPC has its own flow log, and without a database there is no connection to test.
  _idle_network_alarms = concat(length(local._created) > 0 ? [] : ["connections-rejected"], length(var.environment.jdbc) > 0 ? [] : ["connection-unreachable"])
  network_alarms       = { for name, alarm in local._possible_network_alarms : name => alarm if !contains(local._idle_network_alarms, name) }
}

resource "aws_cloudwatch_log_metric_filter" "rejected" {
  for_each = local._created

  name           = var.names.rejections
  log_group_name = aws_cloudwatch_log_group.this["flow"].name
  pattern        = "[version, account, interface, source, destination, from_port, to_port, protocol, packets, bytes, start, end, action = REJECT, status]"

  metric_transformation {
    namespace = var.project.slug
    name      = local.rejected
    value     = "1"
    unit      = "Count"
  }
}
