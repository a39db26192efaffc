"""Where the toxicity service meets the outside world."""
