"""Backgrounds painted by a server elsewhere, over the OpenAI style of `images/edits`."""
