"""Says with evidence how dangerous a link is; reviews and disavow files."""
