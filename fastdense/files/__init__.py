"""Files that are whole or absent, and locks."""
