"""Where dead paths should lead, and what web servers make of it."""
