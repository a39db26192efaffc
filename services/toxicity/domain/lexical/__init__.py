"""Judges domains by their names alone, many at once; needs numpy, and is imported only to score."""
