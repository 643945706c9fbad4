"""Calls that come in: from the provider's first post to the member who answers, or to the call back that is owed."""
