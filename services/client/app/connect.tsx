"use client";

import { useEffect, useRef, useState, type MouseEvent } from "react";
import { clock } from "./duration";
import { Facts, SessionName } from "./facts";
import { useSession } from "./session/use-session";
import { label, say } from "./words";

/** The button, and what comes of it. Everything that it says is also announced to screen readers. */
export function Connect() {
  const { state, connect, leave } = useSession();
  const button = useRef<HTMLButtonElement>(null);
  const connecting = state.now === "connecting";
  const words = say(state);

  function act(event: MouseEvent) {
    // The second half of a double click was meant for what the button said before.
    if (event.detail > 1) return;
    if (state.now === "connected") leave();
    else void connect();
  }

  function cancel() {
    leave();
    // The button that had the focus is about to go.
    button.current?.focus();
  }

  return (
    <section className="card" aria-label="Session" data-state={state.now}>
      <div className="status">
        <span className="orb" aria-hidden="true" />
        <div role="status" aria-atomic="true">
          <p className="title">{words.title}</p>
          <p className="advice">{words.advice}</p>
        </div>
        {state.now === "connected" && <Elapsed since={state.since} />}
      </div>
      <SessionName state={state} />
      <div className="actions">
        <button ref={button} type="button" className="main" onClick={act} aria-disabled={connecting}>
          {label(state)}
        </button>
        {connecting && (
          <button type="button" className="quiet" onClick={cancel}>
            Cancel
          </button>
        )}
      </div>
      {state.now === "failed" && <Facts facts={state.problem.facts} />}
    </section>
  );
}

/** How long it has lasted. It is no part of what is announced, or it would be every second. */
function Elapsed({ since }: { since: number }) {
  const [now, setNow] = useState(since);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <p role="timer" aria-label="Connected for" className="elapsed">
      {clock(now - since)}
    </p>
  );
}
