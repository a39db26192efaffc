"""Three rings of tests: pure, one service with a real database, journeys through all five."""
