"""Tests of what a mail is that came back: letters of ours, and the public corpus."""
