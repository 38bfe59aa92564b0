"""The screens of the side bar, one file each."""
