"""What moto lacks or gets wrong, patched into it."""
