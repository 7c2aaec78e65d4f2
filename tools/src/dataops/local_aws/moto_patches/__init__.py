"""Patches of moto: missing operations and wrong behaviour."""
