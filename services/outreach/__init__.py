"""People and what was agreed with them: vendors, placements, suppressions."""
