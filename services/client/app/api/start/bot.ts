const timeoutSeconds = 50;
const maxAnswer = 256 * 1024;
const maxMessage = 500;

/** What went wrong, for the browser and the log. It never holds the key. */
export type BotError = {
  code: "bot_timeout" | "bot_unreachable" | "bot_refused" | "bot_answer";
  message: string;
  /** The bot's HTTP status, if it answered. */
  upstreamStatus?: number;
};

export type BotStart = { ok: true; session: object } | { ok: false; error: BotError };

/** Posts body to the bot's start address. Success is a 2xx with a JSON object that holds no "error". */
export async function startBot(call: { url: string; key: string; body: string }): Promise<BotStart> {
  const fail = (code: BotError["code"], message: string, upstreamStatus?: number): BotStart => ({
    ok: false,
    error: { code, message: hide(message, call.key), ...(upstreamStatus ? { upstreamStatus } : {}) },
  });
  const headers: Record<string, string> = { "Content-Type": "application/json", Accept: "application/json" };
  if (call.key !== "") {
    headers.Authorization = `Bearer ${call.key}`;
  }
  let status = 0;
  try {
    const response = await fetch(call.url, {
      method: "POST",
      headers,
      body: call.body,
      redirect: "manual",
      cache: "no-store",
      signal: AbortSignal.timeout(timeoutSeconds * 1000),
    });
    status = response.status;
    const text = await read(response);
    if (!response.ok) {
      return fail("bot_refused", `the bot answered ${status}: ${reason(text) || response.statusText || "no reason given"}`, status);
    }
    const session = parse(text);
    if (session === null || typeof session !== "object" || Array.isArray(session)) {
      return fail("bot_answer", `the bot answered ${status}, but not with a JSON object`, status);
    }
    if ("error" in session && session.error) {
      return fail("bot_refused", `the bot answered ${status} with an error: ${reason(text)}`, status);
    }
    return { ok: true, session };
  } catch (error) {
    if (error instanceof DOMException && error.name === "TimeoutError") {
      return fail("bot_timeout", `the bot did not answer within ${timeoutSeconds} s`);
    }
    return fail("bot_unreachable", `the bot cannot be reached: ${cause(error)}`, status);
  }
}

/** Reads a limited answer: nobody's memory grows by what an upstream sends. */
async function read(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
    if (text.length > maxAnswer) {
      await reader.cancel();
      throw new Error("its answer is larger than 256 KiB");
    }
  }
  return text + decoder.decode();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Finds the upstream's own words in the shapes that are in use: {error}, {error: {message}}, {message}, {info}, {detail}. */
function reason(text: string): string {
  const found = words(parse(text)) || text.trim();
  return found.startsWith("<") ? "an HTML page" : found.slice(0, maxMessage);
}

function words(value: unknown): string {
  if (typeof value === "string") return value;
  if (value === null || typeof value !== "object") return "";
  const record = value as Record<string, unknown>;
  for (const name of ["error", "message", "info", "detail"]) {
    const found = words(record[name]);
    if (found) return found;
  }
  return "";
}

function cause(error: unknown): string {
  // fetch says "fetch failed" and hides what happened in the cause.
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(inner instanceof Error)) return "unknown error";
  return inner.message || ("code" in inner ? String(inner.code) : inner.name);
}

/** An upstream may echo what it was sent. */
function hide(message: string, key: string): string {
  return key === "" ? message : message.replaceAll(key, "•••");
}
