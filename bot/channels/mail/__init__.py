"""E-mail, for whoever is reached in no chat. Nothing comes in by it."""
