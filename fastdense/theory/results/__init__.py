"""One file a result; see `fastdense.theory` for what a file holds."""
