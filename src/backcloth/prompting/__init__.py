"""Prompt refiners behind one protocol."""
