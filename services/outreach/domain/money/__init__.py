"""What links cost and what is owed: amounts, payments, what a loss leaves unserved; pure."""
