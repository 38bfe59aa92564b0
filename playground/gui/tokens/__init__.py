"""The parts of the tokens panel: one answer, token by token."""
