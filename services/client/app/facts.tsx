import type { State } from "./session/run";

/** What whoever runs the site wants to know, out of the way of everybody else. */
export function Facts({ state }: { state: State }) {
  if (state.now === "connected") {
    return state.session ? <p className="session">Session {state.session}</p> : null;
  }
  if (state.now !== "failed") return null;
  const { problem } = state;
  return (
    <>
      {problem.session && <p className="session">Session {problem.session}</p>}
      {problem.facts.length > 0 && (
        <details>
          <summary>For whoever runs this site</summary>
          <dl>
            {problem.facts.map(({ name, value }) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </>
  );
}
