"""A small real Django site, for trying Prosa out: it speaks to Prosa as every site does, over HTTP."""
