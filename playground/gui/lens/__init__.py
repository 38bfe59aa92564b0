"""The sampler microscope and the what-if: parts of the tokens panel."""
