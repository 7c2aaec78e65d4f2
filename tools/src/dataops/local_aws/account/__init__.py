"""The simulated account: its profile, quotas, zones and existing resources."""
