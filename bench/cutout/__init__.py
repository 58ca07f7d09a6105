"""Measures our cut-out and other tools' on photos with true mattes. A program: `python -m bench.cutout`."""
