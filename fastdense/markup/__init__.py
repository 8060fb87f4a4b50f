"""Pieces of HTML and SVG: pictures, tables and words that pages and notebooks are made of.

It knows no network: what is drawn comes as numbers, arrays and texts. Whatever a text holds, it
becomes no markup (`element.py`).
"""
