"""What a reader says when it cannot take a file, or one row of it."""


class FeedError(ValueError):
    """A file cannot be read at all: one line with what, why and what to do about it."""

    def __init__(self, code, message, **facts):
        super().__init__(message)
        self.code = code
        self.facts = facts


class RowRefused(ValueError):
    """One row cannot be taken; its text is the reason. The rest of the file goes on."""


def shown(value, most=40):
    """A value from outside, safe to print: quoted, cut short, control characters escaped."""
    text = value if isinstance(value, str) else repr(value)
    return repr(text if len(text) <= most else text[: most - 3] + "...")


def shown_path(path):
    """Of a long path the end is what tells files apart."""
    text = str(path)
    return repr(text if len(text) <= 200 else "..." + text[-197:])


def require_mostly_sound(name, taken, refused, thing):
    """A file that is mostly wrong was misread or is damaged: then nothing of it is trusted."""
    if len(refused) <= taken:
        return
    line, reason = refused[0]
    total = taken + len(refused)
    raise FeedError(
        f"not_a_{thing}_file",
        f"{name}: {len(refused)} of {total} rows cannot be taken, so none was; first, row at line {line}: "
        f"{reason}. Correct the file or export it again.",
        file=name, refused=len(refused), rows=total, line=line, reason=reason,
    )
