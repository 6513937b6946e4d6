"""Where settings come from: option, environment, config file, default, in this order."""

from pathlib import Path

import pytest

from margincli.cli import clock


@pytest.fixture
def config(tmp_path):
    def write(text):
        path = tmp_path / "config" / "margincli" / "config.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    return write


def test_defaults(margincli, desk, tmp_path):
    before = clock.now()
    assert margincli("status").code == 0
    _, call = desk.last
    assert call.ledger == tmp_path / "data" / "margincli" / "ledger.db"
    assert call.account == "main"
    assert before <= call.at <= clock.now()
    assert (call.ref, call.dry_run) == (None, False)


def test_config_then_environment_then_option(margincli, desk, config, monkeypatch):
    config('ledger = "/c.db"\naccount = "c"\nat = "2024-01-01"\nformat = "json"\n')
    assert margincli("status").out.startswith("{")
    assert desk.last[1][:3] == (Path("/c.db"), "c", 1_704_067_200_000)
    for name, value in (("LEDGER", "/e.db"), ("ACCOUNT", "e"), ("AT", "2024-01-02T00:00:00Z"), ("FORMAT", "csv")):
        monkeypatch.setenv(f"MARGINCLI_{name}", value)
    assert margincli("status").out.startswith("account,wallet") or margincli("status").out.startswith("wallet,")
    assert desk.last[1][:3] == (Path("/e.db"), "e", 1_704_153_600_000)
    words = "status --ledger /o.db --account o --at 2024-01-03 --format md".split()
    assert "| Wallet" in margincli(*words).out
    assert desk.last[1][:3] == (Path("/o.db"), "o", 1_704_240_000_000)


def test_empty_environment_says_nothing(margincli, desk, monkeypatch, tmp_path):
    for name in ("LEDGER", "ACCOUNT", "AT", "FORMAT"):
        monkeypatch.setenv(f"MARGINCLI_{name}", "")
    assert margincli("status").code == 0
    assert desk.last[1].account == "main"


def test_json_is_stronger_than_the_environment(margincli, desk, monkeypatch):
    monkeypatch.setenv("MARGINCLI_FORMAT", "csv")
    assert margincli("status", "--json").document["account"] == "main"


def test_home_in_a_path(margincli, desk, config):
    config('ledger = "~/books.db"\n')
    margincli("status")
    assert desk.last[1].ledger == Path.home() / "books.db"


def test_relative_xdg_is_ignored(margincli, desk, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    margincli("status")
    assert desk.last[1].ledger == Path.home() / ".local/share/margincli/ledger.db"


@pytest.mark.parametrize("text", ["ledgers = 'x'", "ledger = 7", "ledger = ", b"\xff\xfe", "[ledger]\na=1"])
def test_broken_config(margincli, desk, config, text):
    config(text)
    result = margincli("status")
    assert result.code == 2 and result.out == "" and not desk.asked
    assert result.err.count("\n") == 2 and "config.toml" in result.err


def test_config_that_is_a_directory(margincli, desk, tmp_path):
    (tmp_path / "config" / "margincli" / "config.toml").mkdir(parents=True)
    assert margincli("status").code == 2


@pytest.mark.parametrize(
    ("words", "code", "exit_code"),
    [
        (["--at", "yesterday"], "bad_time", 2),
        (["--at", "2024-13-01"], "bad_time", 2),
        (["--at", "2200-01-01"], "time_ahead", 3),
        (["--format", "xml"], "bad_format", 2),
        (["--account", "world"], "bad_account", 2),
        (["--ledger", ""], "bad_ledger", 2),
    ],
)
def test_refused(margincli, desk, words, code, exit_code):
    result = margincli("status", *words, "--json")
    assert (result.code, result.document["error"], result.err) == (exit_code, code, "")
    assert not desk.asked


def test_a_year_ahead_is_near_enough(margincli, desk):
    from margincli.feeds.moments import format_time

    assert margincli("status", "--at", format_time(clock.now() + clock.MOST_AHEAD_MS - 60_000)).code == 0


def test_times_without_zone_are_utc(margincli, desk):
    margincli("status", "--at", "2024-09-01T12:00:00")
    utc = desk.last[1].at
    margincli("status", "--at", "2024-09-01T14:00:00+02:00")
    assert desk.last[1].at == utc == 1_725_192_000_000
