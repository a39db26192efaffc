"""Tests of the outreach service."""
