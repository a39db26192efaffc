"""The migration history of schema `toxicity`."""
