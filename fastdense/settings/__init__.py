"""The language of changes: dotted paths into tables, and tables as TOML."""
