"""Proposes a dataset for a sample file: columns, types, keys."""
