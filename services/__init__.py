"""The services of `nar`."""
