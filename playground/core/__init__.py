"""The vocabulary every layer shares: standard library and platformdirs only."""
