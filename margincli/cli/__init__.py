"""The command line: words in, receipt out. Typer is known here and nowhere else."""


def main() -> None:
    """The entry point of ``margincli`` and ``python -m margincli``."""
    import gc
    import sys

    gc.set_threshold(100_000)  # to look for garbage among modules just read is a tenth of a short command
    try:
        from .shell import run

        leave(run(sys.argv[1:]))
    except KeyboardInterrupt:  # before the shell stood, or after it was done
        leave(130)


def leave(exit_code: int) -> None:
    """End the process at once: every file and database is closed by whoever opened it, and the memory goes back as a whole, not object by object."""
    import os
    import sys

    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    os._exit(exit_code)
