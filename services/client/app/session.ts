/** A session that the bot has started. */
export type Session = {
  id?: string;
  /** Where a browser joins it; the room's token is in the link. */
  room?: string;
};

export type Started = { ok: true; session: Session } | { ok: false; message: string; detail?: string };

/** Asks our own route to start the bot. It never throws: whatever goes wrong is a sentence for the person. */
export async function startSession(): Promise<Started> {
  let response: Response;
  try {
    response = await fetch("/api/start", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ createDailyRoom: true, dailyRoomProperties: { start_video_off: true }, transport: "daily" }),
    });
  } catch {
    return { ok: false, message: "We could not reach the server. Check your connection and try again." };
  }
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) {
    const error = record(record(answer).error);
    return {
      ok: false,
      message: "The reader could not be started.",
      detail: text(error.message) ?? `The server answered ${response.status}.`,
    };
  }
  const started = record(answer);
  return { ok: true, session: { id: text(started.sessionId), room: room(started) } };
}

function room(started: Record<string, unknown>): string | undefined {
  const address = text(started.dailyRoom) ?? text(started.room_url);
  // It becomes a link, so nothing but a web address may get through: "javascript:" is a valid URL too.
  if (!address || !/^https?:\/\//.test(address) || !URL.canParse(address)) return undefined;
  const url = new URL(address);
  const token = text(started.dailyToken) ?? text(started.token);
  if (token) url.searchParams.set("t", token);
  return url.toString();
}

function record(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === "object" ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
