"""``python -m margincli`` is ``margincli``."""

from .cli import main

main()
