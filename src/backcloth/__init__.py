"""Backcloth replaces the background of a photo and keeps the subject's own pixels."""

__version__ = "0.1.0"
