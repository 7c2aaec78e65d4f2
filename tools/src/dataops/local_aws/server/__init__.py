"""The process that answers requests, and the parts that act on their own."""
