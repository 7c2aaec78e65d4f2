# What the dataset's alarms need to know.

variable "project" {
  description = "The project's slug, the namespace of its metrics."
  type        = string
}

variable "monitoring" {
  description = "Whether and for what the dataset is watched; expected_seconds is null where nothing comes in a rhythm."
  type = object({
    watched            = bool
    expected_seconds   = optional(number)
    quarantined_share  = number
    memory_share       = number
    unusual_deviations = number
  })
}

variable "alarm_actions" {
  description = "The ARNs of what every alarm does."
  type        = list(string)
}

variable "runbook" {
  description = "The address of docs/runbook.md."
  type        = string
}
