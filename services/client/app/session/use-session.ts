import { useCallback, useEffect, useRef, useState } from "react";
import { run, type State } from "./run";

/** One session at a time: connect starts it, leave ends it, at any point. */
export function useSession() {
  const [state, setState] = useState<State>({ now: "ready" });
  const current = useRef<AbortController>(null);

  const connect = useCallback(async () => {
    // A second click before the next render would start, and bill, a second session.
    if (current.current) return;
    const controller = new AbortController();
    current.current = controller;
    const end = await run(transport(), controller.signal, setState);
    current.current = null;
    setState(end);
  }, []);

  const leave = useCallback(() => current.current?.abort(), []);

  useEffect(() => leave, [leave]);

  return { state, connect, leave };
}

/** ?transport=webrtc in the address reaches a bot that runs on this machine, without an account at Daily. */
function transport() {
  return new URLSearchParams(location.search).get("transport") === "webrtc" ? "webrtc" : "daily";
}
