"""The laptop stand-in of AWS: for development only, never deployed."""
