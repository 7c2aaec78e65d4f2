"""The notifications: their text, their recipients, and their delivery, once each."""
