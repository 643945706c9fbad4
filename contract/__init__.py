"""What others publish about their interfaces, as the judge of what we send them."""
