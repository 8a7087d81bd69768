"""The offline model on loopback, and the real SDK as its caller."""

from tests.support.model_peers import ask, asker, clock, offline

__all__ = ["ask", "asker", "clock", "offline"]
