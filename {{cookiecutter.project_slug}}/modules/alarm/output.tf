output "names" {
  description = "The names of the alarms; known before they are made."
  value       = [for name in keys(var.alarms) : "${var.prefix}-${name}"]
}
