"""The peers that the benchmarks measure against, each the plain way its documentation shows."""
