"""One file per tour."""
