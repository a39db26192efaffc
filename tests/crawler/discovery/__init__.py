"""Tests of what is found in files: crawl archives and logs."""
