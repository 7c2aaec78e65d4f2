variable "environment" {
  description = "The environment's name, which is its folder's; pipeline is the delivery account's part."
  type        = string

  validation {
    condition     = contains(concat(var.settings.environments[*].name, ["pipeline"]), var.environment)
    error_message = "project.yaml names no environment \"${var.environment}\": add it there, or rename the folder."
  }
}
