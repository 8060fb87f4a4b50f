"""Where networks are trained: one module or folder a device."""
