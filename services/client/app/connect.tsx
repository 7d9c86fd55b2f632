"use client";

import { useRef, useState } from "react";
import { startSession, type Session } from "./session";

type State =
  | { now: "idle" }
  | { now: "connecting" }
  | { now: "connected"; session: Session }
  | { now: "failed"; message: string; detail?: string };

/** The button, and what came of it. Everything that it says is also announced to screen readers. */
export function Connect() {
  const [state, setState] = useState<State>({ now: "idle" });
  const busy = useRef(false);

  async function connect() {
    // A second click before the next render would start, and bill, a second session.
    if (busy.current) return;
    busy.current = true;
    setState({ now: "connecting" });
    const started = await startSession();
    setState(started.ok ? { now: "connected", session: started.session } : { now: "failed", ...started });
    busy.current = false;
  }

  return (
    <section className="card" aria-label="Session">
      <div role="status" className="status" data-state={state.now}>
        <span className="dot" aria-hidden="true" />
        <p>{sentence(state)}</p>
      </div>
      {state.now === "connected" && <SessionDetails session={state.session} />}
      {state.now === "failed" && state.detail && <p className="detail">{state.detail}</p>}
      <button type="button" onClick={connect} aria-disabled={state.now === "connecting"}>
        {label(state)}
      </button>
    </section>
  );
}

function SessionDetails({ session }: { session: Session }) {
  return (
    <>
      {session.id && (
        <dl>
          <dt>Session</dt>
          <dd>{session.id}</dd>
        </dl>
      )}
      {session.room && (
        <a className="room" href={session.room} target="_blank" rel="noreferrer">
          Open the room
        </a>
      )}
    </>
  );
}

function sentence(state: State): string {
  switch (state.now) {
    case "idle":
      return "Ready when you are.";
    case "connecting":
      return "Waking the reader. The first time can take a few seconds.";
    case "connected":
      return "Connected. Your reader is listening.";
    case "failed":
      return state.message;
  }
}

function label(state: State): string {
  switch (state.now) {
    case "idle":
      return "Connect";
    case "connecting":
      return "Connecting…";
    case "connected":
      return "Start another session";
    case "failed":
      return "Try again";
  }
}
