"""What is measured of every dense layer at an observation, one file each."""
