"""Answers, from however they were given to a project.yaml that is known to be right."""
