"""How workers tell each other what happened. Lossy by contract: the hub reads holes from the store."""
