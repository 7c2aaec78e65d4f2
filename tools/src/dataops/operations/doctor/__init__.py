"""`make doctor`: checks an account for what would stop a deployment; reads only."""
