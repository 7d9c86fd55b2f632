import { spoken } from "./duration";
import { wordsFor, type Words } from "./session/problem";
import type { State } from "./session/run";

/** What a state says to a person. */
export function say(state: State): Words {
  switch (state.now) {
    case "ready":
      return state.cancelled
        ? { title: "Cancelled.", advice: "Nothing is connected, and your microphone is off." }
        : { title: "Ready when you are.", advice: "Your browser will ask for the microphone, so that you can talk to the reader." };
    case "connecting":
      return { title: "Connecting…", advice: steps[state.step] };
    case "connected":
      return { title: "Connected.", advice: "The reader is listening. Say which book you would like to hear." };
    case "ended":
      return { title: "The session has ended.", advice: `${ends[state.by]} It lasted ${spoken(state.lasted)}.` };
    case "failed":
      return wordsFor(state.problem.code);
  }
}

const steps = {
  microphone: "Please allow the microphone if your browser asks.",
  starting: "Waking the reader. The first time can take up to a minute.",
  joining: "The reader is awake. Joining it in its room.",
};

const ends = {
  person: "You have left, and your microphone is off.",
  reader: "The reader has left.",
  connection: "The connection was lost.",
};

/** What the button does next. */
export function label(state: State): string {
  switch (state.now) {
    case "ready":
      return "Connect";
    case "connecting":
      return "Connecting…";
    case "connected":
      return "Leave";
    case "ended":
      return "Connect again";
    case "failed":
      return "Try again";
  }
}
