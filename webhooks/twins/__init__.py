"""Twins of the providers: simulators that say what each sender would say, signed as it signs, and know what is true.

They are written from the senders' documents, not from the code that reads them, so that the numbers at their end are
held against ours. Nothing here knows a clock, a database or a model; `posting` alone speaks to a network.
"""

from webhooks.twins.base import Twin
from webhooks.twins.budsense import BudSenseTwin
from webhooks.twins.jetti import JettiTwin
from webhooks.twins.message import Cell, Message, Proof
from webhooks.twins.square import SquareTwin
from webhooks.twins.tracktile import TracktileTwin
from webhooks.twins.treez import TreezTwin

TWINS: dict[str, type[Twin]] = {
    twin.provider: twin for twin in (BudSenseTwin, JettiTwin, SquareTwin, TracktileTwin, TreezTwin)
}

__all__ = ["TWINS", "Cell", "Message", "Proof", "Twin"]
