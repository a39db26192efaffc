"""Where the profile service meets the outside world."""
