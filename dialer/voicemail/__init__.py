"""Messages on answering machines: given to the provider, and played by it."""
