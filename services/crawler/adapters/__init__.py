"""Where the crawler service meets the outside world."""
