"""Soak with murder: the whole of Stockroom under load, while what it runs on is killed, taken away and restarted.

`ground` is a database, the processes around it and the five senders' accounts; `senders` post and keep what they were
answered; an act (`hand`, `outage`, `restarts`) troubles the ground meanwhile; `judge` holds what is stored and shown
against what was acknowledged and against two models; `report` tells it.
"""
