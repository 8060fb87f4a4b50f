"""Tables for a terminal and files for other programs."""
