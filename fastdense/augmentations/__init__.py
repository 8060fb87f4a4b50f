"""One file per entry; see `fastdense.entry` for what a file holds."""
