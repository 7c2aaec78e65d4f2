output "names" {
  description = "The names of the alarms, known before the alarms are created."
  value       = [for name in keys(var.alarms) : "${var.prefix}-${name}"]
}
