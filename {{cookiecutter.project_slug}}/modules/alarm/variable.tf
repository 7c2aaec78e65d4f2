variable "prefix" {
  description = "What every name begins with: <slug>-<environment>."
  type        = string
}

variable "alarms" {
  description = "The alarms by what their names end with. `deviations` judges by the metric's own history, `expression` by a formula over the metrics' ids."
  type = map(object({
    says    = string
    section = string
    metrics = map(object({
      namespace  = string
      name       = string
      dimensions = map(string)
      statistic  = string
    }))
    expression        = optional(string)
    comparison        = optional(string, ">")
    threshold         = optional(number)
    deviations        = optional(number)
    period            = number
    periods           = optional(number, 1)
    breaching_periods = optional(number)
    missing           = optional(string, "notBreaching")
    tells_when_over   = optional(bool, true)
    actions           = optional(list(string))
  }))
}

variable "actions" {
  description = "The ARNs of what an alarm does that names no actions of its own."
  type        = list(string)
}

variable "runbook" {
  description = "The address of docs/runbook.md."
  type        = string
}
