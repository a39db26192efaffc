"""Tests of finding networks."""
