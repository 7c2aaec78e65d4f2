"""What goes wrong on purpose, and time that passes at once."""
