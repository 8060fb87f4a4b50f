"""Pages of results that people look at and pass on: each one file, which loads nothing.

Only `page.py` uses Jinja2, and imports it only to write.
"""
