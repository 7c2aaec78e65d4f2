"""The words of every kind of notification: pure functions, each from what is known to one message."""
