"""All SQL of the crawler. Rows are locked hosts first, then pages, then watches, in key order."""
