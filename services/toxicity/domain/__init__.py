"""The pure decisions of the toxicity service."""
