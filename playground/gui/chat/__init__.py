"""The parts of the chat panel."""
