"""Pages of others as ways to a link: what they link to, whether that is dead, whether they collect links; pure."""
