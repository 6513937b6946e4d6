"""What a replicator such as Litestream does to a ledger, by the file format of SQLite alone.

    python replica.py LEDGER DIRECTORY

It keeps tables of its own in the file, holds a read transaction open so that nobody else can begin the log anew, copies the
frames of the log as they are committed, and does its own checkpoints. It ends when its standard input does. `restored`
makes a file of a copy and the frames that followed it.
"""

import os
import select
import sqlite3
import struct
import sys
from pathlib import Path

HEADER, FRAME = 32, 24  # bytes of the log's header, and of that of a frame


class Replicator:
    def __init__(self, ledger: str, directory: str):
        self.log, self.directory = f"{ledger}-wal", Path(directory)
        self.held, self.writer = (sqlite3.connect(ledger, isolation_level=None, timeout=10) for _ in range(2))
        self.held.execute("PRAGMA wal_autocheckpoint = 0")
        for table in ("seq (id INTEGER PRIMARY KEY, seq INTEGER)", "lock (id INTEGER)"):
            self.writer.execute(f"CREATE TABLE IF NOT EXISTS _replica_{table}")
        self.writer.execute("INSERT INTO _replica_seq VALUES (1, 1)")
        self.hold()
        self.salts, self.offset, self.segment = b"", HEADER, 0
        self.file = open(ledger, "rb")  # and never closed: with it would go the locks that this process has on it
        (self.directory / "copy").write_bytes(self.file.read())

    def hold(self) -> None:
        self.held.execute("BEGIN")
        self.held.execute("SELECT count(*) FROM _replica_seq").fetchall()

    def sync(self) -> int:
        """Copy what was committed since; how many bytes of the log that makes so far."""
        raw = Path(self.log).read_bytes()
        if len(raw) < HEADER:
            return 0
        if raw[16:24] != self.salts:
            self.salts, self.offset, self.segment = raw[16:24], HEADER, self.segment + 1
        size = struct.unpack(">I", raw[8:12])[0] + FRAME
        end, at = self.offset, self.offset
        while at + size <= len(raw) and raw[at + 8 : at + 16] == self.salts:
            at += size
            if struct.unpack(">I", raw[at - size + 4 : at - size + 8])[0]:  # the last frame of a commit
                end = at
        if end > self.offset:
            with open(self.directory / f"{self.segment:04}", "ab") as file:
                file.write(raw[self.offset : end])
        self.offset = end
        return end

    def checkpoint(self) -> None:
        """While nobody can write, all that is copied goes into the file; the next writer then begins the log anew."""
        self.writer.execute("BEGIN IMMEDIATE")
        self.sync()
        self.held.execute("ROLLBACK")
        busy, frames, done = self.held.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        self.hold()
        self.writer.execute("ROLLBACK")
        print("checkpoint" if (busy, frames) == (0, done) else "blocked", flush=True)


def restored(directory: Path, target: Path) -> Path:
    """The copy with every frame laid over it, up to the last commit."""
    content = bytearray((directory / "copy").read_bytes())
    page = struct.unpack(">H", content[16:18])[0]
    for segment in sorted(directory.glob("[0-9]*")):
        raw = segment.read_bytes()
        for at in range(0, len(raw), FRAME + page):
            number, pages = struct.unpack(">II", raw[at : at + 8])
            content[(number - 1) * page : number * page] = raw[at + FRAME : at + FRAME + page]
            if pages:
                del content[pages * page :]
    target.write_bytes(content)
    return target


def main(ledger: str, directory: str) -> None:
    replicator = Replicator(ledger, directory)
    print("ready", flush=True)
    while not select.select([sys.stdin], [], [], 0.02)[0]:
        if replicator.sync() > 400_000:
            replicator.checkpoint()
    replicator.sync()
    os._exit(0)  # as if it were killed: it tidies nothing up


if __name__ == "__main__":
    main(*sys.argv[1:])
