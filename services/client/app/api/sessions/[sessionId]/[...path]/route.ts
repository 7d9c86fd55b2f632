import { handle, refuse } from "../../../_bot/handle";

export const maxDuration = 30;
export const dynamic = "force-dynamic";

type Context = { params: Promise<{ sessionId: string; path: string[] }> };

/** Takes a browser's WebRTC offer, and then its ICE candidates, to the bot of a session. */
async function offer(request: Request, context: Context): Promise<Response> {
  const { sessionId, path } = await context.params;
  // Nothing else of the bot is for the public.
  if (!/^[\w-]{1,128}$/.test(sessionId) || path.join("/") !== "api/offer") {
    return refuse(404, "not_found", "there is only /api/sessions/{id}/api/offer");
  }
  return handle(request, { address: (start) => beside(start, sessionId), seconds: 20 });
}

/** …/start becomes …/sessions/{id}/api/offer. */
function beside(start: string, sessionId: string): string | undefined {
  const url = new URL(start);
  if (!url.pathname.endsWith("/start")) return undefined;
  url.pathname = url.pathname.replace(/start$/, `sessions/${sessionId}/api/offer`);
  return url.toString();
}

export { offer as PATCH, offer as POST };
