"""English as vectors: what the studio and the moderation of prompts understand words by."""
