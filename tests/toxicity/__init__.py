"""Tests of the toxicity service."""
