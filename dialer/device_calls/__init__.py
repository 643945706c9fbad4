"""Call logs of own phones: read, kept apart from what is personal, and joined to the calls that JiNi knows."""
