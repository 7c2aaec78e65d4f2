"""Metrics, alarms and logs."""
