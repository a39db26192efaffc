"""Tests of the neighbourhood graph and what it says."""
