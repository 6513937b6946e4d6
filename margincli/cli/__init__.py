"""The command line: words in, receipt out. Typer is known here and nowhere else."""


def main() -> None:
    """The entry point of ``margincli`` and ``python -m margincli``."""
    import sys

    try:
        from .shell import run

        sys.exit(run(sys.argv[1:]))
    except KeyboardInterrupt:  # before the shell stood, or after it was done
        sys.exit(130)
