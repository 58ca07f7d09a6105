"""Backgrounds painted by diffusion models, in processes of their own, which alone import torch."""
