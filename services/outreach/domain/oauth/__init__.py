"""Signing in to mailboxes with OAuth 2.0: providers, the way to a token, and how it is shown to mail servers; pure."""
