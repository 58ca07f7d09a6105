"""Organisations and their API tokens."""
