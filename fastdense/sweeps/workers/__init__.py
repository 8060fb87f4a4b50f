"""Who carries out the jobs of a sweep: threads of this process, or Dask."""
