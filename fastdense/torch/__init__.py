"""From PyTorch and back: modules, losses, optimizers with their states.

`operators` reads a module as a chain of operators, `stack` makes them layers and says where each
parameter goes, `losses` and `optimizers` find what a training is here, and `conversion` puts these
together. PyTorch is imported in the functions that need it, never by this package alone. What is
not exactly the same here is refused by its name.
"""
