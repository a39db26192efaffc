"""The migration history of schema `crawler`."""
