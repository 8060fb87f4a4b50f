"""The SQLite file of a sweep: written by one process, read by any."""
