"""Knows every link: sites, imports, history, conclusions, audits."""
