"""What is done with samples: gathered, shuffled, counted, summed."""
