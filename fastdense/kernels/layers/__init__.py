"""Forward and backward through the layers, for one network, for lanes, and by rows."""
