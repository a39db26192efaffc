"""The migration history of schema `gateway`."""
