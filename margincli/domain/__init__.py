"""The rules of a margin account as pure functions: no clock, no I/O, no randomness, no floats."""
