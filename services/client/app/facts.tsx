import type { Fact } from "./session/problem";
import type { State } from "./session/run";

/** Which session it is at the bot's provider, by which its logs are found. */
export function SessionName({ state }: { state: State }) {
  const name = state.now === "connected" ? state.session : state.now === "failed" ? state.problem.session : undefined;
  return name ? <p className="session">Session {name}</p> : null;
}

/** What whoever runs the site wants to know, out of the way of everybody else. */
export function Facts({ facts }: { facts: Fact[] }) {
  if (facts.length === 0) return null;
  return (
    <details>
      <summary>For whoever runs this site</summary>
      <dl>
        {facts.map(({ name, value }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
