"""The object store and signed URLs."""
