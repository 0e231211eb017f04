"""Hostile requests, seeded: what no honest sender would write, sent to a running server and judged.

Three acts. `strangers` have no secret; `aim` chooses among what mutates their requests (`headers`, `lines`, `framing`,
`bodies`, `pages`), and `sending` sends. `stalled` senders never end, before our own server and before a real nginx
(`nginx`) that is set up by the lines of docs/operations.md. `signed` bodies are genuine and odd (`letters`, `hostile`,
`garbled`): they are stored, worked off, and held by `judge` against what they say. `report` tells what came of each.
"""
