"""Requests that AWS services refuse although their form is valid: quotas, references, permissions, and order.

One file per service. Each holds REFUSALS: by operation, the rules that a call must pass. A rule raises
RefusedRequestError with the service's own code and sentence; its source is beside it.
"""
