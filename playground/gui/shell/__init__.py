"""The window's own parts: everything around the panels."""
