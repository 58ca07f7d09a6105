"""Background engines. Each returns a plate: a background without the subject pasted on it."""
