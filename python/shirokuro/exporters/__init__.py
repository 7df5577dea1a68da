"""A run's metrics in the formats of other monitoring tools."""

from shirokuro.exporters.prometheus import Endpoint
from shirokuro.exporters.tensorboard import EventFiles

__all__ = ["Endpoint", "EventFiles"]
