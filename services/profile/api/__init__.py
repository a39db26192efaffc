"""The public routes that the profile service owns."""
