"""Messages in the form of each provider, so that no text of a stranger becomes markup, a mention or a link."""
