# The alarms of a dataset: only those about this dataset. The canary has none.

locals {
  _own      = { namespace = var.project, dimensions = { environment = var.environment.name, dataset = var.name } }
  _rows     = { for count in ["rows_in", "quarantined"] : count => merge(local._own, { name = count, statistic = "Sum" }) }
  _job      = { JobName = local.full_name, JobRunId = "ALL", Type = "gauge" }
  _expected = coalesce(var.monitoring.expected_seconds, 0)

  _alarms = {
    quarantined = {
      says            = "A run of ${var.name} has quarantined a larger share of its rows than quarantined_share."
      section         = "rows-quarantined"
      period          = 900
      comparison      = ">="
      threshold       = var.monitoring.quarantined_share
      tells_when_over = false
      expression      = "quarantined / rows_in"
      metrics         = local._rows
    }
    run-slow = {
      says            = "A run of ${var.name} took longer than its history predicts."
      section         = "run-slow"
      period          = 3600
      comparison      = "longer"
      deviations      = var.monitoring.unusual_deviations
      tells_when_over = false
      metrics         = { took = merge(local._own, { name = "run_seconds", statistic = "Maximum" }) }
    }
    memory = {
      says       = "The job of ${var.name} has nearly used up its memory: soon it may be stopped."
      section    = "job-memory"
      period     = 300
      comparison = ">="
      threshold  = var.monitoring.memory_share
      expression = "MAX([driver, executors])"
      metrics = { for id, who in { driver = "driver", executors = "ALL" } : id => {
        namespace = "Glue", name = "glue.${who}.jvm.heap.usage", dimensions = local._job, statistic = "Average"
      } }
    }
    # The sweep measures every 15 minutes; missing data does not mean that all is well.
    late = {
      says      = "Nothing new of ${var.name} was published for longer than its expected_every."
      section   = "data-late"
      period    = 1800
      threshold = local._expected
      missing   = "breaching"
      metrics   = { age = merge(local._own, { name = "seconds_since_published", statistic = "Minimum" }) }
    }
    rows-unusual = {
      says    = "${var.name} had far more or far fewer rows than its history predicts."
      section = "rows-unusual"
      # A CloudWatch period is at most one day, in whole minutes.
      period          = min(86400, max(60, local._expected))
      comparison      = "unusual"
      deviations      = var.monitoring.unusual_deviations
      tells_when_over = false
      metrics         = { rows = local._rows.rows_in }
    }
  }

  # A dataset without `expected_every` is never late, and no number of its rows is unusual.
  _unfit = concat(var.monitoring.watched ? [] : keys(local._alarms), local._expected > 0 ? [] : ["late", "rows-unusual"])
  alarms = { for name, alarm in local._alarms : "${var.name}-${name}" => alarm if !contains(local._unfit, name) }
}

module "alarm" {
  source = "../alarm"

  prefix  = var.prefix
  alarms  = local.alarms
  actions = var.alarm_actions
  runbook = var.runbook
}
