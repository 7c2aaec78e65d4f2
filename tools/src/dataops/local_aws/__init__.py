"""A local AWS: moto's server, and what moto lacks to run this project. Never deployed."""
