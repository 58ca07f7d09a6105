"""Subject extraction: picture in, matte and pure foreground colour out."""
