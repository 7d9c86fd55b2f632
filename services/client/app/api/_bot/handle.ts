import { callBot, isObject } from "./call";
import { parse, statusFor } from "./failure";
import { read, TooLarge } from "./read";
import { settings } from "./settings";

const maxBody = 64 * 1024;

/**
 * Hands a request's JSON to the bot's provider, together with a key that the browser never sees. path gives the address
 * there from the one that sessions start at; undefined when it cannot be told.
 */
export async function handle(request: Request, call: { address: (start: string) => string | undefined; seconds: number }): Promise<Response> {
  // A page of another site can send a form, but no JSON, without asking us first: it must not start sessions that we pay for.
  if (!request.headers.get("content-type")?.toLowerCase().startsWith("application/json")) {
    return refuse(415, "not_json", "send a JSON body with Content-Type: application/json");
  }
  let body: string;
  try {
    body = await read(request.body, maxBody);
  } catch (error) {
    if (error instanceof TooLarge) return refuse(413, "too_large", "the request body is larger than 64 KiB");
    return refuse(400, "not_json", "the request body ended early");
  }
  if (!isObject(parse(body))) {
    return refuse(400, "not_json", body === "" ? "the request body is empty; send a JSON object" : "the request body is not a JSON object");
  }
  const set = settings();
  const url = set.problem === undefined ? call.address(set.url) : undefined;
  if (url === undefined) {
    const message = set.problem ?? "BOT_START_URL does not end with /start";
    console.error(JSON.stringify({ level: "error", msg: "the bot is not configured", code: "not_configured", message }));
    return refuse(500, "not_configured", message);
  }
  const answered = await callBot({ url, key: set.key, method: request.method, body, seconds: call.seconds });
  if (!answered.ok) {
    console.error(JSON.stringify({ level: "error", msg: "the bot did not answer as it should", ...answered.error }));
    return answer(statusFor(answered.error), { error: answered.error });
  }
  return answer(200, answered.json);
}

export function refuse(status: number, code: string, message: string): Response {
  return answer(status, { error: { code, message } });
}

function answer(status: number, body: unknown): Response {
  // The answer may hold the token of a room.
  return Response.json(body, { status, headers: { "Cache-Control": "no-store" } });
}
