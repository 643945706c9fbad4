"""The zero-install run: PostgreSQL, Valkey, web and worker as our own children, without anything installed."""
