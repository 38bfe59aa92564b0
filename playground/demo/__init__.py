"""Tours through the real window: the same ones make the pictures and test the screens."""
