"""Killing things at counted moments under load: nothing lost, nothing doubled, no wrong final state."""
