"""The decisions: pure functions from what is known to an Outcome. No input, output, clock or chance."""
