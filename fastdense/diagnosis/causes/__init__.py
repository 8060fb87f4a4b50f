"""Causes of trainings that go wrong, one file each."""
