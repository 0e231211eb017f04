"""The read-only JSON API for staff: what the pages show, for programs. docs/api.md tells how to ask."""
