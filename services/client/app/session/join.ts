import type { PipecatClient, RTVIEventCallbacks } from "@pipecat-ai/client-js";
import { Problem, type Fact } from "./problem";
import type { Session, Transport } from "./start";
import { later, pause, unless, within } from "./wait";

const roomDeadline = 20_000;
const readerDeadline = 45_000;
const leaveDeadline = 3_000;

/** Why a call is over, if it was not us who left. */
export type Over = "reader" | "connection";

/** A call with the reader. leave can be called more than once, and always frees the microphone. */
export type Call = { over: Promise<Over>; leave: () => Promise<void> };

/** Loads the vendor's code, which the page does without until somebody connects. */
export async function load(transport: Transport) {
  try {
    const [{ PipecatClient }, make] = await Promise.all([import("@pipecat-ai/client-js"), factory(transport)]);
    return (callbacks: RTVIEventCallbacks) =>
      new PipecatClient({ transport: make(), enableMic: true, enableCam: false, callbacks });
  } catch {
    throw new Problem("offline");
  }
}

export type Loaded = Awaited<ReturnType<typeof load>>;

async function factory(transport: Transport) {
  if (transport === "daily") {
    const { DailyTransport } = await import("@pipecat-ai/daily-transport");
    return () => new DailyTransport();
  }
  const [{ SmallWebRTCTransport }, { Microphone }] = await Promise.all([
    import("@pipecat-ai/small-webrtc-transport"),
    import("./microphone"),
  ]);
  return () => new SmallWebRTCTransport({ mediaManager: new Microphone() });
}

/** Joins a session, and waits until the reader is there. Whatever goes wrong is a Problem, and leaves nothing open. */
export async function join(make: Loaded, session: Session, signal: AbortSignal): Promise<Call> {
  const connected = later<void>();
  const arrived = later<void>();
  const over = later<Over>();
  const broken = later<never>();
  const sound = speaker();
  const client = make({
    onConnected: () => connected.resolve(),
    onBotConnected: () => arrived.resolve(),
    onBotReady: () => arrived.resolve(),
    onTrackStarted: (track, participant) => {
      if (!participant?.local) sound.play(track);
    },
    onBotDisconnected: () => over.resolve("reader"),
    onDisconnected: () => over.resolve("connection"),
    onError: ({ data }) => {
      if (fatal(data)) broken.reject(unreachable(session, data));
    },
  });
  const leave = leaver(client, sound);
  const entered = Promise.race([enter(client, session), connected.promise, arrived.promise, broken.promise]);
  const absent = () => new Problem("reader_absent", facts(session), session.id);
  const gone = over.promise.then((): never => {
    throw absent();
  });
  try {
    await unless(signal, within(roomDeadline, () => unreachable(session, "it did not answer"), entered));
    await unless(signal, within(readerDeadline, absent, Promise.race([arrived.promise, broken.promise, gone])));
  } catch (error) {
    void leave();
    throw error;
  }
  return { over: over.promise, leave };
}

async function enter(client: PipecatClient, session: Session): Promise<unknown> {
  try {
    // Called here, because connect would wait for ever if it fails.
    await client.initDevices();
    return await client.connect(parameters(session));
  } catch (error) {
    throw unreachable(session, error);
  }
}

function leaver(client: PipecatClient, sound: ReturnType<typeof speaker>): () => Promise<void> {
  let done: Promise<void> | undefined;
  const leave = async () => {
    sound.stop();
    // A room that was never reached may not be left either: the microphone is freed in any case.
    const { local } = client.tracks();
    await Promise.race([client.disconnect().catch(() => {}), pause(leaveDeadline)]);
    Object.values(local).forEach((track) => track?.stop());
  };
  return () => (done ??= leave());
}

function parameters(session: Session) {
  if (session.room) return session.room;
  return {
    webrtcRequestParams: { endpoint: `${location.origin}/api/sessions/${session.id}/api/offer` },
    ...(session.iceServers ? { iceConfig: { iceServers: session.iceServers } } : {}),
  };
}

function unreachable(session: Session, why: unknown): Problem {
  return new Problem("room_unreachable", [...facts(session), { name: "Browser", value: words(why).slice(0, 300) }], session.id);
}

/** The vendor's errors are strings, Errors, or objects with a message. */
function words(why: unknown): string {
  if (why !== null && typeof why === "object" && "message" in why && typeof why.message === "string") return why.message;
  return typeof why === "string" ? why : (JSON.stringify(why) ?? "");
}

function fatal(data: unknown): boolean {
  return data !== null && typeof data === "object" && "fatal" in data && data.fatal === true;
}

function facts(session: Session): Fact[] {
  return session.room ? [{ name: "Room", value: new URL(session.room.url).host }] : [];
}

function speaker() {
  const playing = new Map<MediaStreamTrack, HTMLAudioElement>();
  return {
    play(track: MediaStreamTrack) {
      if (track.kind !== "audio" || playing.has(track)) return;
      const audio = new Audio();
      audio.srcObject = new MediaStream([track]);
      playing.set(track, audio);
      // Whoever has clicked, and given their microphone, may be spoken to: browsers refuse this to nobody else.
      audio.play().catch(() => {});
    },
    stop() {
      playing.forEach((audio) => (audio.srcObject = null));
      playing.clear();
    },
  };
}
