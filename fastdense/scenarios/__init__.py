"""Published claims about stalled training, one TOML file each, and how they are run and judged."""
