"""Articles on stalled training, sentence by sentence: one TOML file each; see `article.py`."""
