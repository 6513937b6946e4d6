"""Knocking at the doors of a ledger, from here and from other processes."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from ledgers import RULES

from margincli.ledger import LedgerFault

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
rules = lambda: RULES  # noqa: E731


def fault_of(door, *args, **options):
    with pytest.raises(LedgerFault) as caught:
        with door(*args, **options):
            pass
    assert caught.value.message and caught.value.hint and str(caught.value) == caught.value.message
    return caught.value


def python(code, *args, **options):
    preamble = f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(HERE)!r}]\n"
    return subprocess.Popen([sys.executable, "-c", preamble + textwrap.dedent(code), *map(str, args)], stdout=subprocess.PIPE, text=True, **options)
