"""Pixels with numpy, Pillow and OpenCV: decode, encode, geometry, blending."""
