"""Encoders: pictures in, embeddings out, behind one small interface over timm."""
