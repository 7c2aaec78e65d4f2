"""Injected faults, and a clock that moves forward on request."""
