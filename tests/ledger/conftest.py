
import pytest


from ledgers import RULES, deposit, scale  # noqa: E402

from margincli.ledger import writing  # noqa: E402


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ledger.db"


@pytest.fixture
def begun(path):
    """A ledger in which main has put 1000 USDT into its cross wallet."""
    with writing(path, lambda: RULES) as session:
        session.append("main", [deposit("1000", at=1000)], scale)
        session.settle("main", 1000)
        session.commit()
    return path
