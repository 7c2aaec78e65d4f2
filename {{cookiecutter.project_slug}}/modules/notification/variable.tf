variable "prefix" {
  description = "The prefix of every name: <slug>-<environment>."
  type        = string
}

variable "arn" {
  description = "The prefix of the topics' ARNs, arn:aws:sns:<region>:<account>: with it, every policy is known at plan time."
  type        = string
}

variable "key" {
  description = "The ARN of the key that encrypts messages."
  type        = string
}

variable "boundary" {
  description = "The ARN of the permissions boundary of every role here; bootstrap/ creates it."
  type        = string
}

variable "publishers" {
  description = "The services that may publish, each with a pattern of the ARNs of the resources that they publish for."
  type        = map(string)
}

variable "targets" {
  description = "The notification targets, each by a stable name: its kinds, and the name of its topic unless the topic exists already."
  type = map(object({
    protocol  = string
    kinds     = list(string)
    topic     = string
    endpoint  = optional(string)
    arn       = optional(string)
    workspace = optional(string)
    tenant    = optional(string)
    team      = optional(string)
    channel   = optional(string)
  }))
}
