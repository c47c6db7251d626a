"""Real browsers on a real server, which is a child process. Run by themselves: ``pytest tests/pages``.

Playwright's synchronous API leaves an event loop behind, which later asynchronous tests would trip over.
"""
