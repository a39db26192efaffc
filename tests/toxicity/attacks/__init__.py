"""Tests of finding attacks."""
