#!/usr/bin/env python3
"""A page in headless Chromium, driven over its debugging pipe: no library, no network.

As a program, for people: browser.py PAGE.html PICTURE.png [WIDTH [light|dark]] saves what the page looks like.
"""
import base64
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

TIMEOUT_SECONDS = 60


class Browser:
    """Commands and events of the DevTools protocol: JSON that ends with a zero byte, on file descriptors 3 and 4."""

    def __init__(self):
        chromium = shutil.which("chromium")
        if chromium is None:
            raise SystemExit("chromium is missing; tools/scripts/install_packages.sh installs it")
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        commands_read, self.commands = os.pipe()
        self.answers, answers_write = os.pipe()

        def as_3_and_4():
            # Above both first, so that neither is closed by the other's place.
            read, write = os.dup(commands_read), os.dup(answers_write)
            read, write = (os.dup(read) if read < 5 else read), (os.dup(write) if write < 5 else write)
            os.dup2(read, 3)
            os.dup2(write, 4)

        flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-pipe", f"--user-data-dir={self.profile.name}"]
        self.process = subprocess.Popen([chromium, *flags, "about:blank"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, close_fds=False, preexec_fn=as_3_and_4)
        os.close(commands_read)
        os.close(answers_write)
        self.buffer, self.count, self.events, self.session = b"", 0, [], None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def message(self):
        while b"\0" not in self.buffer:
            piece = os.read(self.answers, 1 << 20)
            if not piece:
                raise SystemExit("chromium ended")
            self.buffer += piece
        text, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, **parameters):
        self.count += 1
        command = {"id": self.count, "method": method, "params": parameters}
        if self.session:
            command["sessionId"] = self.session
        os.write(self.commands, json.dumps(command).encode() + b"\0")
        while True:
            message = self.message()
            if message.get("id") == self.count:
                if "error" in message:
                    raise SystemExit(f"{method}: {message['error']}")
                return message["result"]
            self.events.append(message)

    def open(self, page, width, height, dark):
        """Shows a file; what it logs and asks for is in `events` from then on."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self.events.clear()
        self.call("Page.navigate", url=pathlib.Path(page).resolve().as_uri())
        end = time.monotonic() + TIMEOUT_SECONDS
        while self.value("document.readyState") != "complete":
            if time.monotonic() > end:
                raise SystemExit(f"{page} is not there after {TIMEOUT_SECONDS} s")

    def value(self, expression):
        return self.call("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def complaints(self):
        """What went to the console, exceptions included."""
        kinds = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")
        return [event["params"] for event in self.events if event.get("method") in kinds]

    def requests(self):
        """What was asked for beside the page itself."""
        urls = [event["params"]["request"]["url"] for event in self.events if event.get("method") == "Network.requestWillBeSent"]
        return [url for url in urls[1:] if not url.startswith("data:")]

    def picture(self):
        height = self.value("document.documentElement.scrollHeight")
        width = self.value("document.documentElement.clientWidth")
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        return base64.b64decode(self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)["data"])

    def close(self):
        self.session = None
        os.write(self.commands, json.dumps({"id": 0, "method": "Browser.close"}).encode() + b"\0")
        self.process.wait(timeout=TIMEOUT_SECONDS)
        self.profile.cleanup()


# How much of every canvas is drawn on.
DRAWN = """[...document.querySelectorAll("canvas")].map(canvas => {
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  let drawn = 0;
  for (let i = 3; i < pixels.length; i += 4) drawn += pixels[i] > 0;
  return drawn;
})"""
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


def shapes():
    """Windows of a desk's width and of a telephone's, light and dark: (name, width, dark)."""
    return [(f"{width} pixels, {'dark' if dark else 'light'}", width, dark) for width in (1280, 390) for dark in (False, True)]


def expect(browser, name, expected, failures):
    """Adds a line for each expression that is not true; `expected` says what that means."""
    for expression, otherwise in expected.items():
        found = browser.value(f"(() => {{ try {{ return {expression}; }} catch (error) {{ return String(error); }} }})()")
        if found is not True:
            failures.append(f"{name}: {otherwise} ({found})")


def expect_quiet(browser, name, failures):
    """Nothing on the console, nothing asked of the network."""
    for problem in browser.complaints() + browser.requests():
        failures.append(f"{name}: {problem}")


def check_sections(browser, page, shape, failures):
    """Opens a page with sections and looks at what all of them have; returns a name for what it looked at."""
    name, width, dark = f"{page.stem}, {shape[0]}", shape[1], shape[2]
    browser.open(page, width, 900, dark)
    expect(browser, name, {
        "document.documentElement.dataset.ready === 'yes'": "the script did not end",
        f"document.documentElement.dataset.theme === '{'dark' if dark else 'light'}'": "the colours do not follow the system",
        FITS: "the page is wider than the window",
        f"{DRAWN}.every(count => count > 300)": "a canvas is empty",
        "document.querySelectorAll('#nav a').length === document.querySelectorAll('main section').length": "a section cannot be reached",
        "[...document.images].every(image => image.complete && image.naturalWidth > 0)": "a picture does not show",
    }, failures)
    expect_quiet(browser, name, failures)
    return name


def told(failures):
    """Prints them; the exit status."""
    for failure in failures:
        print(failure)
    print(f"{len(failures)} failures")
    return int(bool(failures))


def main():
    page, picture = sys.argv[1:3]
    width = int(sys.argv[3]) if len(sys.argv) > 3 else 1280
    browser = Browser()
    browser.open(page, width, 900, "dark" in sys.argv[4:])
    pathlib.Path(picture).write_bytes(browser.picture())
    print(browser.complaints(), browser.requests())
    browser.close()


if __name__ == "__main__":
    main()
