"""Where facts are kept: the only folder that knows MongoDB.

``database.py`` holds the client and the indexes, ``messages.py`` the log (its writing half is
``committer.py``), ``rooms.py`` and ``memberships.py`` what the site says and how far people have
read, ``traces.py``, ``erasures.py`` and ``retention.py`` what is kept of a
person and for how long, ``embedded.py`` a mongod of our own. No pymongo exception leaves this folder.
"""
