import { handle } from "../_bot/handle";

// Longer than our own time-out for the bot, so that the answer is ours and not the platform's.
export const maxDuration = 60;
export const dynamic = "force-dynamic";

/** Starts a bot session. */
export async function POST(request: Request): Promise<Response> {
  return handle(request, { address: (start) => start, seconds: 50 });
}
