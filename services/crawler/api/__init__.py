"""The crawler's routes: one look now, and the evidence of looks."""
