"""What the tests drive the service with."""
