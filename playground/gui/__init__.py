"""Where Qt lives. Torch does not."""
