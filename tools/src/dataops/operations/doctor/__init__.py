"""`make doctor`: asks an account, without changing it, what would stop a deployment there."""
