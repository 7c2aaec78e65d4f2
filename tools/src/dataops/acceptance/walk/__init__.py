"""The delivery of a copy of the project, from a commit to prod, and every refusal."""
