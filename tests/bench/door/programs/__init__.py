"""The programs that the door is timed against, each run by serve.py in a process of its own."""
