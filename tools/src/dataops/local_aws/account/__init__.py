"""The account that is played: its profile, quotas, zones, and what it holds beforehand."""
