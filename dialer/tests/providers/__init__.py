"""What every provider must hold to."""
