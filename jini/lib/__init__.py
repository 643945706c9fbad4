"""App-neutral code: imports no app, holds no concrete model."""
