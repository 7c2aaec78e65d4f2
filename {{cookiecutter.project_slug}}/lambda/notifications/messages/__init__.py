"""The texts of every kind of notification: pure functions, each from facts to one message."""
