"""Work of the gateway that nobody waits for."""
