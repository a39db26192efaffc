"""Where the outreach service meets the outside world."""
