"""What outreach does by itself, from time to time."""
