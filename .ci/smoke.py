"""Smoke run of an installed wheel: version, sandbox, a list, a write, and the full-screen demo with its styles."""

import json
import os
import subprocess
import sys
import tempfile

import pexpect
import pyte


def main(command: str) -> None:
    version = subprocess.run([command, "--version"], check=True, capture_output=True, text=True, timeout=30).stdout
    print(version.strip())
    server = subprocess.Popen(
        [command, "sandbox", "--port", "0", "--customers", "20"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        ready = json.loads(server.stdout.readline())
        with tempfile.TemporaryDirectory() as home:
            scripted(command, ready, home)
            on_screen(command, home)
    finally:
        server.terminate()
        server.wait(10)
        server.stdout.close()
    print("the wheel works")


def scripted(command: str, ready: dict[str, str], home: str) -> None:
    environment = {
        "PATH": os.environ["PATH"], "HOME": home, "LANG": "C.UTF-8",
        "TUI_RESELLER_BASE_URL": ready["base_url"], "TUI_RESELLER_API_USER": ready["api_user"],
        "TUI_RESELLER_API_KEY": ready["api_key"],
    }  # fmt: skip

    def run(*arguments: str) -> list[dict[str, object]]:
        done = subprocess.run(
            [command, *arguments], env=environment, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL
        )
        assert done.returncode == 0, (arguments, done.returncode, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    assert len(run("list")) == 20
    assert run("disable", "user1", "--yes")[0]["outcome"] == "applied"


def on_screen(command: str, home: str) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": home, "TERM": "xterm-256color", "LANG": "C.UTF-8"}
    child = pexpect.spawn(command, ["demo", "--customers", "20"], dimensions=(24, 80), env=environment, timeout=30)
    screen = pyte.Screen(80, 24)
    stream = pyte.ByteStream(screen)
    for _ in range(100):
        try:
            stream.feed(child.read_nonblocking(65536, timeout=0.2))
        except pexpect.TIMEOUT:
            if any("user1" in line for line in screen.display):
                break
    lines = "\n".join(screen.display)
    assert "user1" in lines and "Filter" in lines, lines
    child.send("q")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0, child.exitstatus


if __name__ == "__main__":
    main(sys.argv[1])
