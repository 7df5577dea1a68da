"""The web page: a game against the model, the model's analysis of it, and the curves of its training.

It runs as a separate process, which reads a model file or a run directory and writes nothing. `server` needs the
extra `web`.
"""
