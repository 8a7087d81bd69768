"""The command `runs`. Where its packages are missing it says so in a sentence."""

import sys


def main() -> None:
    """Play the command line and exit: 0 for success, others by outcome (see `runs --help`)."""
    try:
        from studio_runs_client.cli.app import play
    except ModuleNotFoundError as exc:
        if exc.name not in ("typer", "rich", "click"):
            raise
        print(
            "The command line needs its packages: pip install 'studio-runs-client[cli]'",
            file=sys.stderr,
        )
        sys.exit(2)
    sys.exit(play(sys.argv[1:]))
