import { startBot } from "./bot";

// Longer than our own time-out for the bot, so that the answer is ours and not the platform's.
export const maxDuration = 60;
export const dynamic = "force-dynamic";

const maxBody = 64 * 1024;

/** Starts a bot session: the browser's JSON is handed to the bot together with a key that the browser never sees. */
export async function POST(request: Request): Promise<Response> {
  // A page of another site can send a form, but no JSON, without asking us first: it must not start sessions that we pay for.
  if (!request.headers.get("content-type")?.toLowerCase().startsWith("application/json")) {
    return refuse(415, "not_json", "send a JSON body with Content-Type: application/json");
  }
  const body = await request.text();
  if (body.length > maxBody) {
    return refuse(413, "too_large", "the request body is larger than 64 KiB");
  }
  try {
    JSON.parse(body);
  } catch {
    return refuse(400, "not_json", body === "" ? "the request body is empty; send a JSON object" : "the request body is not JSON");
  }
  const url = process.env.BOT_START_URL ?? "";
  if (!URL.canParse(url)) {
    return refuse(500, "not_configured", url === "" ? "BOT_START_URL is not set" : "BOT_START_URL is not a URL");
  }
  const started = await startBot({ url, key: process.env.BOT_START_PUBLIC_API_KEY ?? "", body });
  if (!started.ok) {
    console.error(JSON.stringify({ level: "error", msg: "the bot did not start", ...started.error }));
    return answer(started.error.code === "bot_timeout" ? 504 : 502, { error: started.error });
  }
  return answer(200, started.session);
}

function refuse(status: number, code: string, message: string): Response {
  return answer(status, { error: { code, message } });
}

function answer(status: number, body: unknown): Response {
  // The answer may hold the token of a room.
  return Response.json(body, { status, headers: { "Cache-Control": "no-store" } });
}
