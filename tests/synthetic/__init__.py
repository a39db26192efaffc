"""A made-up web with known truth: who links, why, and what the generator planted where."""
