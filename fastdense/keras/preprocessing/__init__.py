"""Changes of data before they are trained on."""

from fastdense.keras.preprocessing import image

__all__ = ["image"]
