"""A shop to look at: endpoints for every provider, a week of their twins' trade, and what staff made of it."""
