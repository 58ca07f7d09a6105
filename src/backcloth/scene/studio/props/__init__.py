"""Props: what lies around the subject, stands behind it, or reaches into the picture."""
