"""Programs written for Keras, what Keras gives for them, and what something in its place gives."""
