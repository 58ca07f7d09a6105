"""Pure values and rules. Standard library only."""
