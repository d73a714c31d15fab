"""What both ends of a connection agree on: TLS, bearer tokens, and which addresses never leave the machine."""
