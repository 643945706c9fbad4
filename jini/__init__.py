"""The project: settings, URLs, workers."""
