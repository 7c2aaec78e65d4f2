"""The tools of a DataOps project: a local AWS, local runs and their report, operations, cost, delivery."""
