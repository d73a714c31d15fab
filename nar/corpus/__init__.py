"""Data sets: real architectures of installed libraries, and sampled ones of the DARTS space."""
