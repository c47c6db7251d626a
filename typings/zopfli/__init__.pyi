from zopfli import gzip as gzip
