"""The gateway's doors to the outside: its own routes, and the way to those of the services."""
