"""Prices and interest rates in: foreign files become exact candles and daily rates.

Only this room knows what other programs write. It decides nothing about margin: it hands over
plain decimal strings and millisecond times, and says which rows it did not take and why.
"""
