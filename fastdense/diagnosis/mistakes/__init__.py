"""Mistakes in programs around a training that is sound, one file each."""
