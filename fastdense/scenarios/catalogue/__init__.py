"""The built-in scenarios: one TOML file each; see `docs/scenarios.md` for what a file holds."""
