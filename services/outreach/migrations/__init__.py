"""The migration history of schema `outreach`."""
