"""Analyses of games: what each move lost, and what would have been better."""

from shirokuro.analysis.game import analyse
from shirokuro.analysis.page import page_of
from shirokuro.analysis.result import GameAnalysis, MoveAnalysis, PlayerSummary

__all__ = ["GameAnalysis", "MoveAnalysis", "PlayerSummary", "analyse", "page_of"]
