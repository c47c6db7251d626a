"""What the service does: every use case, every event. Knows no tornado, motor, redis or django.

Of all packages only this one publishes to the other workers.
"""
