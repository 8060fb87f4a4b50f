"""Matrix products and transposes in registers."""
