"""The web page: a game against the model, what the model thinks of it, and the curves of its training.

A process of its own: it reads a model file or a run's directory, and writes nothing. `server` needs the extra `web`.
"""
