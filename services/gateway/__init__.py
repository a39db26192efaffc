"""The public face: keys, access, the aggregate API, live events and the console."""
