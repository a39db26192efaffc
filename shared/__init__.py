"""What every service stands on. Nothing in here knows any service; nothing of one service belongs here."""
