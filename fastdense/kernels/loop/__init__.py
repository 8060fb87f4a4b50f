"""The training loop: epochs, steps, evaluations, and the threads that share them."""
