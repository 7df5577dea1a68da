"""Boards, numbers and tables as people read them: text, notebooks, pictures."""
