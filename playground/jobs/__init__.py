"""What the user can start, one file each."""
