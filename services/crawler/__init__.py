"""Looks at pages: frontier, polite fetch, page reading, verdicts; says what it saw."""
