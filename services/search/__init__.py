"""The front door: queries, index jobs, catalogue."""
