variable "environment" {
  description = "Which environment of the settings is meant, by the name of its folder; pipeline is the delivery account's part."
  type        = string

  validation {
    condition     = contains(concat(var.settings.environments[*].name, ["pipeline"]), var.environment)
    error_message = "project.yaml names no environment \"${var.environment}\": add it there, or rename the folder."
  }
}
