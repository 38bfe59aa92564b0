"""The LLM playground: learn and experiment with language models by clicking."""

__version__ = "0.1.0"
