"""The studio, drawn, timed and set beside a path tracer."""
