"""What a client reads of a site each month: the days it is about, what it says, and how it looks."""
