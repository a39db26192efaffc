"""Links as files that people and other tools open: what stands in which column, and how it is written."""
