variable "role_arn" {
  description = "The role that Terraform assumes in this environment's account; null to use the caller's own credentials."
  type        = string
  default     = null
}
