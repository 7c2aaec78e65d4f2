"""A local AWS: moto's server, and what moto lacks to run a project. Never deployed."""
