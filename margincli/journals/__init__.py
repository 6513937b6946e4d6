"""The whole ledger as a file of another program: one module a format, each with `lines(book)` that streams its text.

The JSON of `whole.py` goes both ways; the others are for outside auditors, who add everything up again.
"""
