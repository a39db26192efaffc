"""Tests of the plan for new links, and of briefs."""
