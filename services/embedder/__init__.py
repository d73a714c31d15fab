"""Macro graph -> vector; training too."""
