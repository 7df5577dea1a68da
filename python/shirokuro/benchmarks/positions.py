"""The positions of the suite as transcripts, from self-play games of a model after some random moves."""

FORTY_EMPTIES = (
    "c4e3f6e6f7e7f2c5f4d3e2c3d8d2b5f3g4g1f1e1",
    "e6d6c7f4c4f6f5g6g5h4f7e7h6f8g3f3c3d7d3e3",
    "e6f6g6d6c6g7c4c5f4f7b5h5e7d8f8d7c8b8g8d3",
    "c4c5e6f5g4c3b4d3e2f4b3f6c6d2e1d6e3b6c7c2",
    "f5f4e3f6c4c3d3f3e6c5g6g5f2g4h4e2h3h6c2d2",
    "e6d6c7f6c4c5b4b3c3e7c6d3e2e3d2c2c1e1a3d7",
    "f5f6f7g7e6f8g8h8g6e7d8d6c5f4c6c4e8d7g5c8",
    "f5f6f7d6c4d3e6b4a4g6e3f4f3c5b5e2c7c6c3d2",
    "f5f6d3e3g7c4f3f4c3e2g4c5d2e6d7c1f1e1b4f7",
    "d3c3e6d6b2f4c4b4e3f6c5b5a5c2b1d2c6a1e1d1",
)
"""Positions with 40 empty squares."""

SOLVED = (
    ("f5f6f7g7e6f8g8h8g6e7d8d6c5f4c6c4e8d7g5c8h7b4b5h4g4h3b3h6h5b6c7b8g3f3d3e3d2f2f1c3", -18),
    ("f5f4f3f6f7d6c4g2d7f8g4d3e6e7g6c6c5b3d8b5e3e2f2c3b4e8g8c7a6a4a5a7c8a3b6g3h1f1g1", -16),
    ("c4e3f6e6f7e7f2c5f4d3e2c3d8d2b5f3g4g1f1e1f5d6d7e8c7g2d1c6h1c2f8h4g3g6h5g5h3c8b8h2", -6),
    ("d3c5f6f5e6f3e3d7e7c3f2g7f4d6c4b5c6d8c7e2f8g4h8c8f7e8g3h2g5h5b3g1h4h3g6b4d2e1a4a5", 30),
    ("d3e3f5c5e2d2d1f2c4c3f4d6g1f6c2g4f3g3e6g5b4e7b6b3c6a4g2b5d7e8c7f1a6h1a5b1d8a3a2", -6),
    ("c4e3f6b4e2e6e7f2b3d6a4f3f4f5c5d3c3f1g5d7c6g4d2d1f7e8d8c8c1c7e1b1h4g3h3g8f8g6h8", -6),
    ("d3c5c6e3c4c3d2b4c2d6d7b3e2e6b5a5b6f1f3g4f4e1d1c1f5f6g5f2g6h5h6g3a6h7a4a3a2g7", 12),
    ("f5f4c3c4g3c6b4d3e3a4a5a6c5f3e6f6g4d6d7b3b5g5b6a7h5b7f2f7c7h4h3d8a8c8b8g1a3g6", 12),
)
"""Positions with 20 to 22 empty squares, and their scores under best play, for the side to move."""
