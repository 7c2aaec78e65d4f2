"""Validates project.yaml for generation, `make check`, `make local`, `make doctor` and upgrades; PyYAML is enough."""
