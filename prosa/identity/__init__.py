"""Who is this: credentials in; for each a person or nobody, or "it cannot be told now", raised.

An outage is never "nobody": people would be logged out of a chat because a database restarts.
"""
