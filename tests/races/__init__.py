"""What meets at the same moment, and what fails always: each race is a story that ends with what must then be true.

`same`: one delivery over many connections at once. `locks`: workers that want the same rows in opposite orders, and
staff who replay meanwhile. `poison`: deliveries that fail, whatever is done, among good ones. `crowd`: senders and a
worker that share one SQLite file.
"""
