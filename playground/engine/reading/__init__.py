"""What the reader process does: it opens what strangers wrote, under limits. Knows neither torch nor transformers."""
