import { Problem, type Fact } from "./problem";
import { unless, within } from "./wait";

/** What the server gives up after is 60 s. */
const patience = 65_000;

/** daily is a room at Daily, as in the cloud; webrtc is a direct connection, for a bot that runs on this machine. */
export type Transport = "daily" | "webrtc";

/** A session that the bot's provider has started. */
export type Session = {
  id?: string;
  /** Where to join a Daily session. */
  room?: { url: string; token?: string };
  iceServers?: RTCIceServer[];
};

/** Asks our own route to start the bot. Whatever goes wrong is a Problem. */
export async function startBot(transport: Transport, signal: AbortSignal): Promise<Session> {
  const response = await post(request(transport), signal);
  const answer = record(await response.json().catch(() => undefined));
  if (!response.ok) throw refused(response, answer);
  const session: Session = { id: text(answer.sessionId), room: room(answer), iceServers: iceServers(answer) };
  const complete = transport === "daily" ? session.room : session.id;
  if (!complete) throw new Problem("bot_answer", [{ name: "Answer", value: `no ${transport} session in it` }], session.id);
  return session;
}

function request(transport: Transport) {
  return transport === "daily"
    ? { createDailyRoom: true, dailyRoomProperties: { start_video_off: true }, transport }
    : { createDailyRoom: false, enableDefaultIceServers: true, transport };
}

async function post(body: object, signal: AbortSignal): Promise<Response> {
  const call = new AbortController();
  const sent = fetch("/api/start", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    // A host that protects this page sends us elsewhere to sign in.
    redirect: "manual",
    cache: "no-store",
    signal: call.signal,
  }).catch((): never => {
    throw new Problem("offline");
  });
  try {
    const response = await unless(signal, within(patience, () => new Problem("bot_timeout"), sent));
    if (response.type === "opaqueredirect") throw new Problem("protected");
    return response;
  } catch (error) {
    call.abort();
    throw error;
  }
}

function refused(response: Response, answer: Record<string, unknown>): Problem {
  const error = record(answer.error);
  const code = text(error.code);
  if (!code && response.status === 401) return new Problem("protected");
  const facts: Fact[] = [];
  const add = (name: string, value: unknown) => {
    if (typeof value === "number" || text(value)) facts.push({ name, value: String(value) });
  };
  add("Cause", code);
  add("Server", text(error.message) ?? `it answered ${response.status}`);
  add("Provider’s code", error.upstreamCode);
  return new Problem(code ?? "unknown", facts);
}

function room(answer: Record<string, unknown>): Session["room"] {
  const url = text(answer.dailyRoom) ?? text(answer.room_url);
  if (!url || !/^https?:\/\//.test(url) || !URL.canParse(url)) return undefined;
  return { url, token: text(answer.dailyToken) ?? text(answer.token) };
}

function iceServers(answer: Record<string, unknown>): RTCIceServer[] | undefined {
  const servers = record(answer.iceConfig).iceServers;
  return Array.isArray(servers) ? (servers as RTCIceServer[]) : undefined;
}

function record(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === "object" ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
