"""Benchmarks against peers: ratios inside one run, medians of interleaved rounds (`make bench`)."""
