"""The marketplace: people with a need, people with a quote, and the conversation between them."""
