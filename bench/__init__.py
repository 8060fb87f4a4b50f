"""What `fastdense bench` measures: fastdense beside other libraries, in one run."""
