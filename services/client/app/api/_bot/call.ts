import { read, TooLarge } from "./read";
import { failure, parse, type BotError } from "./failure";

const maxAnswer = 256 * 1024;

export type BotCall = { url: string; key: string; method: string; body: string; seconds: number };
export type BotAnswer = { ok: true; json: object } | { ok: false; error: BotError };

/** Calls the bot's provider. Success is a 2xx with a JSON object that holds no "error"; nothing that comes back holds the key. */
export async function callBot(call: BotCall): Promise<BotAnswer> {
  const fail = (error: BotError): BotAnswer => ({ ok: false, error: { ...error, message: hide(error.message, call.key) } });
  const headers: Record<string, string> = { "Content-Type": "application/json", Accept: "application/json" };
  if (call.key !== "") {
    headers.Authorization = `Bearer ${call.key}`;
  }
  let status: number | undefined;
  try {
    const response = await fetch(call.url, {
      method: call.method,
      headers,
      body: call.body,
      redirect: "manual",
      cache: "no-store",
      signal: AbortSignal.timeout(call.seconds * 1000),
    });
    status = response.status;
    const text = await read(response.body, maxAnswer);
    const json = parse(text);
    if (!response.ok || (isObject(json) && "error" in json && json.error)) {
      return fail(failure(status, text || response.statusText));
    }
    if (!isObject(json)) {
      return fail({ code: "bot_answer", message: `the bot answered ${status}, but not with a JSON object`, upstreamStatus: status });
    }
    return { ok: true, json: parse(hide(JSON.stringify(json), call.key)) as object };
  } catch (error) {
    if (error instanceof DOMException && error.name === "TimeoutError") {
      return fail({ code: "bot_timeout", message: `the bot did not answer within ${call.seconds} s`, upstreamStatus: status });
    }
    if (error instanceof TooLarge) {
      return fail({ code: "bot_answer", message: "the bot's answer is larger than 256 KiB", upstreamStatus: status });
    }
    return fail({ code: "bot_unreachable", message: `the bot cannot be reached: ${cause(error)}`, upstreamStatus: status });
  }
}

export function isObject(value: unknown): value is object {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function cause(error: unknown): string {
  // fetch says "fetch failed" and hides what happened in the cause.
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(inner instanceof Error)) return "unknown error";
  return inner.message || ("code" in inner ? String(inner.code) : inner.name);
}

/** An upstream may echo what it was sent. What is too short to be a secret would only tear words apart. */
function hide(text: string, key: string): string {
  return key.length < 6 ? text : text.replaceAll(key, "•••");
}
