"""The stages of the sampling chain, one file each."""
