"""Work of the profile service that nobody waits for."""
