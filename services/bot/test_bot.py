"""Talks to the bot in this folder as a browser would, through the real development runner.

It starts `python -m pipecat.runner.run`, asks it for a session over WebRTC, connects, and waits for the greeting and an answer. No
account and no key is needed. In a virtual environment outside of the repository:

    pip install -r services/bot/requirements.txt
    python services/bot/test_bot.py

With an address it greets a bot that runs elsewhere, such as one in the box or in the cloud (BOT_START_URL without its
/start), with the public key of BOT_START_PUBLIC_API_KEY:

    python services/bot/test_bot.py https://api.pipecat.daily.co/v1/public/readme
"""

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import aiohttp
from aiortc import RTCPeerConnection, RTCSessionDescription

BOT = Path(__file__).resolve().parent
UP = 90  # seconds until the runner answers; a first import is slow
GREETED = 30  # seconds until the greeting
LEFT = 30  # seconds until the bot has noticed that nobody is there


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("localhost", 0))
        return s.getsockname()[1]


def environment(home: str) -> dict[str, str]:
    """The bot gets no key of this shell: it greets by a message then."""
    env = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "VIRTUAL_ENV")}
    return env | {"HOME": home, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"}


async def ready(http: aiohttp.ClientSession, url: str, runner: subprocess.Popen) -> dict:
    for _ in range(UP * 2):
        assert runner.poll() is None, f"the runner ended with {runner.returncode}"
        try:
            async with http.get(url + "/status") as r:
                return await r.json()
        except aiohttp.ClientConnectionError:
            await asyncio.sleep(0.5)
    raise AssertionError(f"the runner does not answer within {UP} s")


async def greeting(http: aiohttp.ClientSession, url: str) -> tuple[dict, dict]:
    """Starts a session, connects over WebRTC, and gives the greeting, and the answer to a wish."""
    async with http.post(url + "/start", json={"createDailyRoom": False, "transport": "webrtc"}) as r:
        assert r.status == 200, await r.text()
        session = (await r.json())["sessionId"]

    loop = asyncio.get_running_loop()
    heard: dict[str, asyncio.Future[dict]] = {"greeting": loop.create_future(), "answer": loop.create_future()}
    peer = RTCPeerConnection()
    channel = peer.createDataChannel("chat", ordered=True)
    peer.addTransceiver("audio", direction="sendrecv")

    @channel.on("open")
    def alive():
        channel.send("ping: now")  # the bot takes a silent peer for one that has gone

    @channel.on("message")
    def message(text):
        try:
            said = json.loads(text)
        except ValueError:
            return
        future = heard.get(said.get("type")) if isinstance(said, dict) else None
        if future and not future.done():
            future.set_result(said)

    try:
        await peer.setLocalDescription(await peer.createOffer())
        offer = {"sdp": peer.localDescription.sdp, "type": peer.localDescription.type}
        async with http.post(f"{url}/sessions/{session}/api/offer", json=offer) as r:
            assert r.status == 200, await r.text()
            answer = await r.json()
        await peer.setRemoteDescription(RTCSessionDescription(answer["sdp"], answer["type"]))
        greeted = await asyncio.wait_for(heard["greeting"], GREETED)
        channel.send(json.dumps({"type": "ask", "text": "Moby Dick"}))
        return greeted, await asyncio.wait_for(heard["answer"], GREETED)
    finally:
        await peer.close()


async def left(log: Path) -> None:
    """Waits until the bot has noticed that nobody is there: a session that goes on would be billed."""
    while "everybody left: the session ends" not in log.read_text():
        await asyncio.sleep(0.2)


async def talk(url: str, runner: subprocess.Popen, log: Path) -> None:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as http:
        status = await ready(http, url, runner)
        assert status["status"] == "ready" and "webrtc" in status["transports"], status
        print("ready:", ", ".join(status["transports"]))
        said, answered = await greeting(http, url)
        assert "voice of readme" in said["text"], said
        assert "Moby Dick" in answered["text"], answered
        print("greeted:", said["text"])
        print("answered:", answered["text"])
        await asyncio.wait_for(left(log), LEFT)
        print("ended")


def test_the_bot_greets_and_answers_over_webrtc() -> None:
    port = free_port()
    with tempfile.TemporaryDirectory() as home, open(Path(home) / "log", "w+") as log:
        runner = subprocess.Popen(
            [sys.executable, "-m", "pipecat.runner.run", "--host", "localhost", "--port", str(port)],
            cwd=BOT, env=environment(home), stdout=log, stderr=subprocess.STDOUT,
        )
        try:
            asyncio.run(asyncio.wait_for(talk(f"http://localhost:{port}", runner, Path(log.name)), UP + 2 * GREETED + 2 * LEFT))
            log.seek(0)
            assert "Exception running bot()" not in log.read()
        except BaseException:
            log.seek(0)
            print(log.read()[-6000:], file=sys.stderr)
            raise
        finally:
            runner.terminate()
            try:
                runner.wait(10)
            except subprocess.TimeoutExpired:
                runner.kill()
                runner.wait()


async def elsewhere(url: str) -> None:
    key = os.environ.get("BOT_START_PUBLIC_API_KEY", "").strip()
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(total=90)) as http:
        for said in await greeting(http, url.rstrip("/")):
            print(said["type"] + ":", said["text"])


if __name__ == "__main__":
    if len(sys.argv) > 1:
        asyncio.run(elsewhere(sys.argv[1]))
    else:
        test_the_bot_greets_and_answers_over_webrtc()
