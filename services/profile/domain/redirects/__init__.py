"""Where a dead address of a site should lead: candidates by path, title and content; pure."""
