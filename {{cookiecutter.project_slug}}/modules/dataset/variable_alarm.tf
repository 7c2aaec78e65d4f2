# The inputs of the dataset's alarms.

variable "project" {
  description = "The project's slug, the namespace of its metrics."
  type        = string
}

variable "monitoring" {
  description = "Whether and how the dataset is monitored; expected_seconds is null if no data is expected regularly."
  type = object({
    watched            = bool
    expected_seconds   = optional(number)
    quarantined_share  = number
    memory_share       = number
    unusual_deviations = number
  })
}

variable "alarm_actions" {
  description = "The ARNs of the actions of every alarm."
  type        = list(string)
}

variable "runbook" {
  description = "The address of docs/runbook.md."
  type        = string
}
