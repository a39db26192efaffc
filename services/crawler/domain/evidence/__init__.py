"""Proof of what a page showed: when it is kept, what it says, and how it is written and checked."""
