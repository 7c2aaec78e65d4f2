variable "role_arn" {
  description = "The role that Terraform works as in this environment's account; null for the caller's own credentials."
  type        = string
  default     = null
}
