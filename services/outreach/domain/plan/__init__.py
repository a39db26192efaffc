"""The plan for new links: how many a month, what they say, where they lead; pure."""
