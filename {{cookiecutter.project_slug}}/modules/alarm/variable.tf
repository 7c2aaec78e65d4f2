variable "prefix" {
  description = "The prefix of every name: <slug>-<environment>."
  type        = string
}

variable "alarms" {
  description = "The alarms, each by the suffix of its name. `deviations` compares with the metric's own history, `expression` evaluates a formula over the metrics' ids."
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
  description = "The ARNs of the actions of an alarm that has none of its own."
  type        = list(string)
}

variable "runbook" {
  description = "The address of docs/runbook.md."
  type        = string
}
