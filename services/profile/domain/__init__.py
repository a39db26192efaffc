"""The pure decisions of the profile service."""
