"""The notifications: their text, their recipients, and that each is sent once."""
