/** Why there is no session. It is thrown on the way to one, and shown to the person. */
export class Problem extends Error {
  constructor(
    readonly code: string,
    /** For whoever runs the site: the server's own words, its status. */
    readonly facts: Fact[] = [],
    /** The session at the bot's provider, if one was started all the same. */
    readonly session?: string,
  ) {
    super(code);
  }
}

export type Fact = { name: string; value: string };

/** What a person reads: what happened, and what to do. */
export type Words = { title: string; advice: string };

const unknown: Words = {
  title: "The reader could not be started.",
  advice: "Try again in a moment. If it stays like this, tell whoever runs this site.",
};

const words: Record<string, Words> = {
  microphone_blocked: {
    title: "Your browser keeps the microphone from this page.",
    advice: "Allow it in the settings of this page, usually beside the address, and try again.",
  },
  microphone_missing: {
    title: "There is no microphone.",
    advice: "Connect one, or a headset, so that you can talk to the reader, and try again.",
  },
  microphone_busy: {
    title: "The microphone cannot be used right now.",
    advice: "Another program may be using it. Close that, and try again.",
  },
  microphone_insecure: {
    title: "Your browser offers no microphone here.",
    advice: "It does so only on addresses that begin with https. Open this page there.",
  },
  offline: {
    title: "We cannot reach our server.",
    advice: "Check your connection, and try again.",
  },
  protected: {
    title: "This page is protected, and your access has ended.",
    advice: "Reload the page to sign in again.",
  },
  not_configured: {
    title: "The reader is not set up yet.",
    advice: "This site has not been told where its reader is. Whoever runs it finds more below.",
  },
  bot_key_refused: {
    title: "The reader does not accept this site’s key.",
    advice: "There is nothing wrong on your side. Whoever runs this site has to renew the key.",
  },
  bot_not_found: {
    title: "This site’s reader does not exist.",
    advice: "There is nothing wrong on your side. Whoever runs this site finds more below.",
  },
  bot_not_ready: {
    title: "The reader is not ready yet.",
    advice: "A new version of it may be on its way. Try again in a minute.",
  },
  bot_busy: {
    title: "All readers are busy.",
    advice: "Others are being read to right now. Try again in a minute.",
  },
  bot_timeout: {
    title: "The reader took too long to wake up.",
    advice: "It may be awake by now. Try again.",
  },
  bot_unreachable: {
    title: "The reader cannot be reached.",
    advice: "Its service seems to be down. Try again in a few minutes.",
  },
  bot_answer: {
    title: "The reader gave an answer that makes no sense to us.",
    advice: "Try again in a moment. If it stays like this, tell whoever runs this site.",
  },
  room_unreachable: {
    title: "The reader has started, but its room cannot be reached.",
    advice: "Your network may block calls. The reader’s session ends by itself when nobody comes.",
  },
  reader_absent: {
    title: "The room is open, but the reader did not come.",
    advice: "Try again. If it stays like this, tell whoever runs this site.",
  },
};

export function wordsFor(code: string): Words {
  return Object.hasOwn(words, code) ? (words[code] ?? unknown) : unknown;
}
