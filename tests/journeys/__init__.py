"""The third ring: stories told through the public doors."""
