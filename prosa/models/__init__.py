"""The nouns: frozen types, ids and errors. Imports nothing else of ours."""
