"""The `backcloth` command."""
