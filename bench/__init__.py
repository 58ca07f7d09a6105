"""Measures the running service, and rembg's own server beside it. Programs, not tests: `python -m bench`."""
