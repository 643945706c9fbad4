"""What an organisation asks of its leads beside the fields that every lead has."""
