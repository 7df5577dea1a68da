"""Boards, numbers and tables formatted for people: text, pictures, notebooks."""
