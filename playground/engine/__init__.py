"""Where torch lives. Qt does not."""
