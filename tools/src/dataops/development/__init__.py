"""What a team does with the project's source: checks, tests, archives, lock files, upgrades."""
