"""A headless Chromium for tests, told what to do over its debugging pipe: no driver, no port, no package."""

import base64
import json
import os
import select
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SWITCHES = (
    "headless",
    "no-sandbox",
    "disable-gpu",
    "disable-dev-shm-usage",
    "no-first-run",
    "disable-background-networking",
    "disable-component-update",
    "disable-sync",
    "hide-scrollbars",
    "remote-debugging-pipe",
)
# Seconds after which a browser that says nothing is taken for dead.
PATIENCE = 60
# What the console of a page can say; `Log` holds what the browser itself complains about, such as a blocked style.
COMPLAINTS = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")

Message = dict[str, Any]


class Browser:
    """The process and its pipe; a context manager that leaves nothing running."""

    def __init__(self, profile: Path) -> None:
        assert CHROMIUM is not None
        theirs_in, self._to = os.pipe()
        self._from, theirs_out = os.pipe()
        # The protocol is spoken on the descriptors 3 and 4, which a shell sets best.
        start = f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}'
        switches = [*(f"--{switch}" for switch in SWITCHES), f"--user-data-dir={profile}", "about:blank"]
        self._process = subprocess.Popen(
            ["/bin/bash", "-c", start, "bash", CHROMIUM, *switches],
            pass_fds=(theirs_in, theirs_out),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self._sent = 0
        self._unread = b""
        self.events: list[Message] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError, AssertionError):
            self.call("Browser.close")
        os.close(self._to)
        os.close(self._from)
        self._process.wait(timeout=20)

    def _next(self) -> Message:
        while b"\0" not in self._unread:
            assert select.select([self._from], [], [], PATIENCE)[0], "the browser says nothing any more"
            more = os.read(self._from, 1 << 20)
            assert more, "the browser is gone"
            self._unread += more
        first, _, self._unread = self._unread.partition(b"\0")
        message: Message = json.loads(first)
        return message

    def call(self, method: str, session: str | None = None, **params: object) -> Message:
        """Return what the browser answers; what happens meanwhile is added to `events`."""
        self._sent += 1
        asked: Message = {"id": self._sent, "method": method, "params": params}
        if session:
            asked["sessionId"] = session
        os.write(self._to, json.dumps(asked).encode() + b"\0")
        while (message := self._next()).get("id") != asked["id"]:
            self.events.append(message)
        assert "error" not in message, f"{method}: {message['error']}"
        answer: Message = message["result"]
        return answer

    def wait(self, method: str, session: str) -> None:
        """Return when the event has come."""
        while not any(event["method"] == method and event.get("sessionId") == session for event in self.events):
            self.events.append(self._next())

    @contextmanager
    def page(
        self, url: str, *, width: int = 1280, dark: bool = False, media: str = "screen", scripts: bool = True
    ) -> Iterator["Page"]:
        """Open the address in a window of that width, as seen by someone whose system is set so."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable", session)
        page = Page(self, session)
        page.widen(width)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", session, media=media, features=[scheme])
        self.call("Emulation.setScriptExecutionDisabled", session, value=not scripts)
        self.events.clear()
        self.call("Page.navigate", session, url=url)
        self.wait("Page.loadEventFired", session)
        yield page
        self.call("Target.closeTarget", targetId=target)


class Page:
    """An open page, looked at from outside."""

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser = browser
        self._session = session

    def widen(self, width: int) -> None:
        """Make the window that many CSS pixels wide."""
        sizes = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self._browser.call("Emulation.setDeviceMetricsOverride", self._session, **sizes)

    def tell(self, expression: str) -> Any:
        """Return the value of an expression in JavaScript; promises are waited for."""
        answer = self._browser.call(
            "Runtime.evaluate", self._session, expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def events(self, *methods: str) -> list[Message]:
        """Return what has happened since the page was asked for."""
        # A word with the page brings in what is still under way.
        self.tell("0")
        own = (event for event in self._browser.events if event.get("sessionId") == self._session)
        return [event["params"] for event in own if event["method"] in methods]

    def complaints(self) -> list[Message]:
        """Return what stands in the console."""
        return self.events(*COMPLAINTS)

    def requests(self) -> list[str]:
        """Return the addresses that the page asked for."""
        return [event["request"]["url"] for event in self.events("Network.requestWillBeSent")]

    def press(self, key: str) -> None:
        """Press a key and let it go."""
        for kind in ("keyDown", "keyUp"):
            self._browser.call("Input.dispatchKeyEvent", self._session, type=kind, key=key, code=key)

    def picture(self) -> bytes:
        """Return the window's content as PNG."""
        return base64.b64decode(self._browser.call("Page.captureScreenshot", self._session)["data"])

    def printed(self) -> bytes:
        """Return the page as PDF on A4 paper."""
        paper = {"paperWidth": 8.27, "paperHeight": 11.69, "printBackground": False}
        return base64.b64decode(self._browser.call("Page.printToPDF", self._session, **paper)["data"])
