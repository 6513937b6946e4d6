
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


@pytest.fixture(autouse=True)
def _as_it_is(monkeypatch):
    """Ledgers are made by hand here and are not whole: an error is to be seen as it is, not as the damage of such a file."""
    from margincli.ledger import opening

    monkeypatch.setattr(opening, "_damage", lambda path, of_a_book: "")
