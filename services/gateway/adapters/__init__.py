"""Where the gateway service meets the outside world."""
