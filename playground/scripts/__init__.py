"""What the application did, as Python scripts that need nothing of it."""
