"""The neighbourhood graph: which domain links to which, and what its shape says about each of them."""
