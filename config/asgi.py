"""The ASGI application: deliveries on the event loop, everything else by Django in threads of its own.

Django's own way into ASGI starts a thread for each request, which then opens its own connection to the database, and
asgiref's WsgiToAsgi lets all requests take turns in one thread. a2wsgi has threads that stay.
"""

from collections.abc import Callable, Iterable
from typing import Any, cast
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from a2wsgi import WSGIMiddleware
from django.conf import settings

from config.wsgi import application as pages
from webhooks.asgi import Application, Hooks, Message, Receive, Scope, Send


def under_our_name(application: WSGIApplication) -> WSGIApplication:
    """`application`, answering under Stockroom's name: a stranger need not learn what serves it."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None, /) -> Callable[[bytes], object]:
            return start_response(status, [*headers, ("Server", "Stockroom")], exc_info)

        return application(environ, start)

    return answer


def with_whole_bodies(application: Application) -> Application:
    """`application`, to which a body that is cut short is an OSError: a2wsgi would pass what came for the whole."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        async def receive_or_raise() -> Message:
            message = await receive()
            if message["type"] != "http.request":
                raise OSError("the sender hung up in mid-body")
            return message

        await application(scope, receive_or_raise, send)

    return answer


threads = WSGIMiddleware(cast("Any", under_our_name(pages)), workers=settings.WEB_THREADS)
application = Hooks(with_whole_bodies(cast("Application", threads)))
