"""How well the prompt moderator tells what to refuse, on texts it was not made from."""
