"""Text and image moderators behind one protocol."""
