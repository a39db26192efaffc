"""All SQL of the profile service; every statement is set-based and knows its workspace or site."""
