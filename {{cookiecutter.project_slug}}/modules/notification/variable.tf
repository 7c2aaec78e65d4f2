variable "prefix" {
  description = "What every name begins with: <slug>-<environment>."
  type        = string
}

variable "arn" {
  description = "What the ARNs of topics begin with, arn:aws:sns:<region>:<account>: so every policy is known before anything is applied."
  type        = string
}

variable "key" {
  description = "The ARN of the key that encrypts messages."
  type        = string
}

variable "boundary" {
  description = "The ARN of the policy that bounds every role here; bootstrap/ makes it."
  type        = string
}

variable "publishers" {
  description = "The services that may publish, each with a pattern of the ARNs of what they publish for."
  type        = map(string)
}

variable "targets" {
  description = "Who is told, by a stable name: the kinds that each hears of, and the name of its topic unless that exists already."
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
