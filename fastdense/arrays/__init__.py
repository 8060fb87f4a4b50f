"""Arrays of the caller and of the engine: converted, read in chunks, compared, pooled."""
