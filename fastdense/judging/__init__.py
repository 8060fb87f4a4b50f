"""Statistics by which claims are judged."""
