"""Tests of what the crawler knows and decides, without I/O."""
