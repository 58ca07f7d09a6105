"""The procedural studio: a background from a text prompt, without a learned model."""
