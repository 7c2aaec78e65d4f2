variable "prefix" {
  description = "What every name begins with: <slug>-<environment>."
  type        = string
}

variable "topic" {
  description = "The ARN that the topic gets; composed by the caller, so that every policy that names it is known before anything is applied."
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
  description = "Who is told, by a stable name."
  type = map(object({
    protocol  = string
    endpoint  = optional(string)
    arn       = optional(string)
    workspace = optional(string)
    tenant    = optional(string)
    team      = optional(string)
    channel   = optional(string)
  }))
}
