"""The pure decisions of the gateway service."""
