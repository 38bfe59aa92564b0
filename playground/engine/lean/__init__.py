"""The lean path: one more token for each row, with as few operations as a Llama-shaped model allows."""
