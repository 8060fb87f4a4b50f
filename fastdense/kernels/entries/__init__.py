"""Activations, losses, optimizers and schedules as kernels that are called by address."""
