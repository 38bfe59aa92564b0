"""The parts of the history panel."""
