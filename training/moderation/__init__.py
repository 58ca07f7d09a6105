"""Trains the classifier of prompts; docs/moderation.md says on what, and how good it is."""
