"""The command line of fastdense."""
