"""The compiled engine: kernels reach each other by address and share one layout of arrays."""
