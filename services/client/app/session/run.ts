import { join, load, type Over } from "./join";
import { askForMicrophone } from "./microphone";
import { Problem } from "./problem";
import { startBot, type Transport } from "./start";
import { unless } from "./wait";

/** Where a session stands. Times are in ms since 1970. */
export type State =
  | { now: "ready"; cancelled?: boolean }
  | { now: "connecting"; step: "microphone" | "starting" | "joining" }
  | { now: "connected"; since: number; session?: string }
  | { now: "ended"; by: Over | "person"; lasted: number }
  | { now: "failed"; problem: Problem };

/** Runs one session from its start to its end; signal is the person who leaves. It never throws, and leaves nothing open. */
export async function run(transport: Transport, signal: AbortSignal, say: (state: State) => void): Promise<State> {
  let since: number | undefined;
  try {
    say({ now: "connecting", step: "microphone" });
    const loading = load(transport);
    loading.catch(() => {});
    await unless(signal, askForMicrophone());
    say({ now: "connecting", step: "starting" });
    const session = await startBot(transport, signal);
    say({ now: "connecting", step: "joining" });
    const call = await join(await unless(signal, loading), session, signal);
    since = Date.now();
    say({ now: "connected", since, session: session.id });
    try {
      return { now: "ended", by: await unless(signal, call.over), lasted: Date.now() - since };
    } finally {
      await call.leave();
    }
  } catch (error) {
    if (signal.aborted) {
      return since === undefined ? { now: "ready", cancelled: true } : { now: "ended", by: "person", lasted: Date.now() - since };
    }
    return { now: "failed", problem: error instanceof Problem ? error : new Problem("unknown", [{ name: "Browser", value: String(error) }]) };
  }
}
