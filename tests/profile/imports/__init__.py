"""Tests of the import reader."""
