"""What AWS's services refuse although the request has the right form: quotas, references, rights, and order.

One file per service. Each holds REFUSALS: by operation, the rules that a call must pass. A rule raises
RefusedRequestError with the service's own code and sentence; its source stands beside it.
"""
