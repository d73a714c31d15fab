"""Neural architecture retrieval: what users import."""
