"""What the crawler knows and decides, without I/O."""
