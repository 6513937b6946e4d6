"""A Binance Margin account on your own machine."""

__version__ = "0.1.0"
