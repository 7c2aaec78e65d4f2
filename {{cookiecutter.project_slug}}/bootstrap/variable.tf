variable "environment" {
  description = "Which environment this is for, by its name in project.yaml; pipeline is the delivery account's part."
  type        = string
}
