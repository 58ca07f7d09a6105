"""Backgrounds from reference pictures."""
