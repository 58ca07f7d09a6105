"""Surfaces by procedure: each gives a periodic tile of linear reflectance."""
