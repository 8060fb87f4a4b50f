"""Where networks are trained; one file per device."""
