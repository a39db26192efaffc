"""The migration history of schema `profile`."""
