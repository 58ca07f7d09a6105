"""The try-it page."""
