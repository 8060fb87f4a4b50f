"""One file per command; its `command` is what click runs."""
