"""Where the recorded market data lies, and how a test makes a file of its own."""

import pathlib

import pytest

DATA = pathlib.Path(__file__).resolve().parents[2] / ".." / "shared" / "data"


@pytest.fixture
def data():
    """The folder of recorded data; it is not part of the program, so a checkout may be without it."""
    if not DATA.is_dir():
        pytest.skip(f"no recorded market data at {DATA}")
    return DATA


@pytest.fixture
def write(tmp_path):
    """write("BTCUSDT-1h.csv", text or bytes) -> path"""

    def _write(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return _write
