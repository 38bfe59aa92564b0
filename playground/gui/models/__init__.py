"""The parts of the models panel."""
