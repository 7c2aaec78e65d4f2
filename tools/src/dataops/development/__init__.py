"""Development of a project's source: checks, tests, archives, lock files, upgrades."""
