"""The records of `layout.py` as the compiler's types."""

from numba import from_dtype

from fastdense.kernels.layout import JOB, KEEP, LAYER, NETWORK, PLAN, STATE

layer_type, plan_type, state_type, job_type, network_type, keep_type = (
    from_dtype(d) for d in (LAYER, PLAN, STATE, JOB, NETWORK, KEEP)
)
