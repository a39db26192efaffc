"""Finds links nobody told us of, in files: archives of crawls and the logs of one's own web server."""
