"""All SQL of the toxicity service; every statement is set-based and knows its workspace or site."""
