"""What each source calls an op, and what we call it."""
