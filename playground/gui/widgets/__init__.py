"""The pieces the screens are made of: each knows the theme and its own data, none knows an engine."""
