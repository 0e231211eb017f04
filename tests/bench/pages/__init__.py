"""What is behind the pages: whether they cost on a million counts what they cost on a thousand."""
