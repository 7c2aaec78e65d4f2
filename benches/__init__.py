"""Measurements behind `make bench`: ratios of things that ran in the same minutes on the same machine."""
