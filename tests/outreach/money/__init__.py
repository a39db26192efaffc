"""What links cost and what is owed: tests."""
