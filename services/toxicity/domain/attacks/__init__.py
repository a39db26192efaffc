"""Attacks: bursts of bad new domains, and how they differ from what came before."""
