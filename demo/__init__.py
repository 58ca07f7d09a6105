"""The demo: real photos through the real service."""
