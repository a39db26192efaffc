"""The loops of the crawler: claim, look, record; and keeping house."""
