"""What the profile service does when something happened elsewhere: a batch at a time, in one transaction."""
