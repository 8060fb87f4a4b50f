"""How often `fastdense diagnose` names the cause: published faults, reports, scenarios."""
