"""SockJS's client as our pages use it: without what none of them asks for, a quarter lighter.

Its file is made by browserify: numbered modules, each a function and the numbers of what it needs by name.
The pages name the transports that they try; the others, and the frames around some of them, stand for
nothing here, and what nobody needs any more is left out.
"""

import re

END = "},{},[1])(1)"
"""What follows the modules: where it starts, and that is the first one."""
MODULE = re.compile(r"(?<=[{,])(\d+):\[function\(")
NEED = re.compile(r'"([^"]+)":(\d+)')

UNUSED = (
    "./iframe-bootstrap",
    "./info-iframe",
    "./transport/htmlfile",
    "./transport/jsonp-polling",
    "./transport/lib/iframe-wrap",
    "./transport/xdr-polling",
    "./transport/xdr-streaming",
)
NOTHING = "[function(e,t){t.exports=t.exports.enabled=function(){return null}},{}]"
"""A transport that this browser does not know, and a wrapper whose transports it does not know."""

UNLOAD, NEVER = 'attachEvent("unload"', 'attachEvent("prosa-never"'
"""When a page is left, a browser closes by itself what it had open. With a handler for that, as SockJS has,
a page cannot be brought back at once, and Chrome calls it outdated."""


def lean(library: str) -> str:
    """``library``, sockjs.min.js, with the transports of our pages.

    Raises ``ValueError`` or ``KeyError`` where it is made in another way than the one we know.
    """
    end = library.index(END)
    starts = [(found.start(), found[1]) for found in MODULE.finditer(library, 0, end)]
    ends = [start for start, _ in starts[1:]] + [end]
    modules = {
        number: library[start:end].rstrip(",") for (start, number), end in zip(starts, ends, strict=True)
    }
    numbers = {name: number for module in modules.values() for name, number in needs(module).items()}
    modules |= {numbers[name]: f"{numbers[name]}:{NOTHING}" for name in UNUSED}
    wanted, found = ["1"], set[str]()
    while wanted:
        number = wanted.pop()
        if number not in found:
            found.add(number)
            wanted += needs(modules[number]).values()
    kept = ",".join(module for number, module in modules.items() if number in found)
    return (library[: starts[0][0]] + kept + library[end:]).replace(UNLOAD, NEVER)


def needs(module: str) -> dict[str, str]:
    """The numbers of the modules that this one needs, by the names it has for them."""
    return dict(NEED.findall(module[module.rindex("},{") :]))
