from .basehandler import BaseHandler, PreflightHandler

class IFrameHandler(BaseHandler):
    def get(self) -> None: ...

class GreetingsHandler(BaseHandler):
    def get(self) -> None: ...

class InfoHandler(PreflightHandler):
    def get(self) -> None: ...
