"""How good a retrieval is: metrics, protocols, confidence intervals."""
