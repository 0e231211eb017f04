"""Times the door against other receivers of signed requests, on the same server program and the same PostgreSQL."""
