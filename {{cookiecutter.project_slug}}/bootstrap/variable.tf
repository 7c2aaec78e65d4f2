variable "environment" {
  description = "The environment's name in project.yaml; pipeline is the delivery account's part."
  type        = string
}
