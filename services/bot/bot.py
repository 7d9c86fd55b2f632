"""The voice of readme: greets whoever comes into the room, and answers what they ask for.

Pipecat Cloud calls bot() once for each session. It speaks through Cartesia where CARTESIA_API_KEY is set; without
the key it joins just the same and sends its greeting as a message, so that a session can be tried without an account.

On this machine, in a virtual environment outside of the repository:

    pip install -r services/bot/requirements.txt
    cd services/bot && python -m pipecat.runner.run     # then open http://localhost:7860
    readme-ops box up --bot-runner http://localhost:7860   # hands the client's sessions on to it

test_bot.py starts it, connects over WebRTC and waits for the greeting.
"""

import os

from loguru import logger
from pipecat.frames.frames import OutputTransportMessageUrgentFrame, TTSSpeakFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.runner.types import RunnerArguments
from pipecat.runner.utils import create_transport
from pipecat.transports.base_transport import TransportParams
from pipecat.workers.runner import WorkerRunner

GREETING = "Hello! I am the voice of readme. Which of your books shall I read?"
ANSWER = "You would like to hear {}. Reading it aloud is what I learn next."
LONGEST = 200  # characters of a wish that are repeated
VOICE = "71a7ad14-091c-4e8e-a314-022ece01c121"  # Cartesia's British Reading Lady


def wish(message):
    """Gives what a person asks for in {"type": "ask", "text": "..."}; "" for any other message."""
    if not isinstance(message, dict) or message.get("type") != "ask" or not isinstance(message.get("text"), str):
        return ""
    return message["text"].strip()[:LONGEST]


def daily():
    # Imported here: the extra is missing where only WebRTC is installed.
    from pipecat.transports.daily.transport import DailyParams

    return DailyParams(audio_in_enabled=True, audio_out_enabled=True)


def voice():
    """Gives the processors that speak; none without a key."""
    key = os.getenv("CARTESIA_API_KEY", "").strip()
    if not key:
        return []
    from pipecat.services.cartesia.tts import CartesiaTTSService

    return [CartesiaTTSService(api_key=key, settings=CartesiaTTSService.Settings(voice=VOICE))]


async def bot(args: RunnerArguments):
    transport = await create_transport(
        args,
        {
            "daily": daily,
            "webrtc": lambda: TransportParams(audio_in_enabled=True, audio_out_enabled=True),
        },
    )
    speech = voice()
    worker = PipelineWorker(
        Pipeline([transport.input(), *speech, transport.output()]),
        idle_timeout_secs=args.pipeline_idle_timeout_secs,
    )

    async def say(kind, text):
        if speech:
            await worker.queue_frame(TTSSpeakFrame(text))
        else:
            message = {"type": kind, "text": text}
            await worker.queue_frame(OutputTransportMessageUrgentFrame(message=message))

    @transport.event_handler("on_client_connected")
    async def greet(_transport, _client):
        logger.info("somebody came in: greeting")
        await say("greeting", GREETING)

    @transport.event_handler("on_app_message")
    async def answer(_transport, message, _sender):
        asked = wish(message)
        if asked:
            logger.info("somebody asked for something: answering")
            await say("answer", ANSWER.format(asked))

    @transport.event_handler("on_client_disconnected")
    async def leave(_transport, _client):
        logger.info("everybody left: the session ends")
        await worker.cancel()

    runner = WorkerRunner(handle_sigint=args.handle_sigint)
    await runner.add_workers(worker)
    await runner.run()


if __name__ == "__main__":
    from pipecat.runner.run import main

    main()
