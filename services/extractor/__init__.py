"""Model -> canonical computational graph."""
