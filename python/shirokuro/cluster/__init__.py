"""Many machines: games that other processes play, with the same result to the last bit."""

from shirokuro.cluster.ray_arena import RayArena
from shirokuro.cluster.ray_workers import RayWorkers
from shirokuro.cluster.report import ClusterReport

__all__ = ["ClusterReport", "RayArena", "RayWorkers"]
