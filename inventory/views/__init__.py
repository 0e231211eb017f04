"""The pages on which staff browse stock."""
