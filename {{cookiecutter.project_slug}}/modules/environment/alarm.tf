# The alarms of an environment. Each alarm has a section in docs/runbook.md; those of a dataset are in modules/dataset.

locals {
  _own = { namespace = var.project.slug, dimensions = { environment = var.environment.name } }

  alarms = merge(local.queue_alarms, local.run_alarms, local.function_alarms, local.network_alarms, local.notification_alarms)

  queue_alarms = merge(
    { for name in keys(local.dead_letters) : "${name}-dead-letters" => {
      says      = "A message could not be processed and waits in ${local.dead_letters[name]}."
      section   = "dead-letters"
      period    = 60
      threshold = 0
      metrics   = { letters = { namespace = "AWS/SQS", name = "ApproximateNumberOfMessagesVisible", dimensions = { QueueName = local.dead_letters[name] }, statistic = "Maximum" } }
    } },
    { old-messages = {
      says      = "Uploads wait in ${var.names.queue}: nothing processes its messages."
      section   = "old-messages"
      period    = 300
      threshold = var.monitoring.longest_wait
      metrics   = { age = { namespace = "AWS/SQS", name = "ApproximateAgeOfOldestMessage", dimensions = { QueueName = var.names.queue }, statistic = "Maximum" } }
    } },
  )

  run_alarms = {
    # The sweep measures every 15 minutes: no measurement for twice as long means that it does not run.
    files-waiting = {
      says      = "A file has waited too long to be published, or the sweep does not run."
      section   = "files-waiting"
      period    = 1800
      threshold = var.monitoring.longest_wait
      missing   = "breaching"
      metrics   = { waited = merge(local._own, { name = "seconds_waited", statistic = "Maximum" }) }
    }
    crawl-failing = {
      says       = "The latest crawl of a dataset has failed: its files wait."
      section    = "crawl-failing"
      period     = 1800
      comparison = ">="
      threshold  = 1
      metrics    = { failing = merge(local._own, { name = "crawls_failing", statistic = "Maximum" }) }
    }
    crawl-long = {
      says      = "A crawler has been running for unusually long: its dataset's files wait."
      section   = "crawl-long"
      period    = 1800
      threshold = var.monitoring.longest_crawl
      metrics   = { took = merge(local._own, { name = "crawl_seconds", statistic = "Maximum" }) }
    }
    runs-failed = {
      says            = "Runs have failed: their files wait for another attempt, or are DEAD after the last one."
      section         = "runs-failed"
      period          = 900
      comparison      = ">="
      threshold       = var.monitoring.failed_runs
      tells_when_over = false
      metrics         = { failed = merge(local._own, { name = "runs_failed", statistic = "Sum" }) }
    }
    runs-timed-out = {
      says            = "A run was stopped because it exceeded its job's timeout."
      section         = "runs-timed-out"
      period          = 900
      comparison      = ">="
      threshold       = 1
      tells_when_over = false
      metrics         = { ended = merge(local._own, { name = "runs_timed_out", statistic = "Sum" }) }
    }
  }
}

module "alarm" {
  source = "../alarm"

  prefix  = var.prefix
  alarms  = local.alarms
  actions = local.alarm_actions
  runbook = var.monitoring.runbook
}
