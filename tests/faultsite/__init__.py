"""A site of many hosts that fails in every way, with a script that knows the truth."""
