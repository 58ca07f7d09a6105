"""Programs that make the models which the package carries."""
