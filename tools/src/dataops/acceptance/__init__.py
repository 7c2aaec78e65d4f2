"""Tests that run a whole project on the local AWS: `make test-platform` and `make test-delivery`."""
