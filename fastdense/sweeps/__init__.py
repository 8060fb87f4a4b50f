"""Sweeps: grids of hyper-parameters times seeds, trained as packs and kept in a store."""
