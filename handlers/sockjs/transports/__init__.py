"""One file a transport: how it frames, how it is written to, and how it ends."""
