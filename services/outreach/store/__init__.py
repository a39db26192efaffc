"""All SQL of the outreach service; every statement is set-based and knows its workspace or site."""
