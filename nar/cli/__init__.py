"""The `nar` command."""


def main() -> None:
    """Runs the command line."""
    from nar.cli.app import main

    main()
