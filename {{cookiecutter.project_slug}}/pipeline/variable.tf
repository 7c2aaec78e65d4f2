variable "role_arn" {
  description = "The role that Terraform works as in this environment's account; null for the caller's own credentials."
  type        = string
  default     = null
}

variable "adopt_repository" {
  description = "Whether the CodeCommit repository exists already and becomes this root's own: once, at the first apply."
  type        = bool
  default     = false
}
