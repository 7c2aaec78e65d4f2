"""What people are told, in which words, and that they are told it once."""
