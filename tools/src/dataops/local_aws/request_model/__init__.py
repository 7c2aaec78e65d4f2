"""Checks every request against the API model that AWS publishes with its SDKs (botocore's service-2.json)."""
