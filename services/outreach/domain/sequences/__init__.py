"""Sequences: what is written to whom and when, and what ends it."""
