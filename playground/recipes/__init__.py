"""One file per choice; the folders are the menus."""
