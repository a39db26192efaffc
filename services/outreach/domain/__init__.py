"""The pure decisions of the outreach service."""
