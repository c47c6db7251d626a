"""How the world reaches the service: HTTP and SockJS, nothing else."""
