const maxMessage = 500;

/** What went wrong at the bot's provider, for the browser and the log. It never holds the key. */
export type BotError = {
  code:
    | "bot_not_ready"
    | "bot_key_refused"
    | "bot_not_found"
    | "bot_busy"
    | "bot_refused"
    | "bot_answer"
    | "bot_timeout"
    | "bot_unreachable";
  message: string;
  /** The provider's HTTP status, if it answered. */
  upstreamStatus?: number;
  /** The provider's own code, such as PCC-1001. */
  upstreamCode?: string;
};

/** Names the cause of an answer that is no success. The status decides; the provider's codes have changed their meaning before. */
export function failure(status: number, text: string): BotError {
  const upstreamCode = codeOf(parse(text));
  return {
    code: cause(status, upstreamCode),
    message: `the bot answered ${status}: ${reason(text)}`,
    upstreamStatus: status,
    ...(upstreamCode ? { upstreamCode } : {}),
  };
}

/** Our own answer's status: whatever the bot's provider did, the request that we were sent was fine. */
export function statusFor(error: BotError): number {
  switch (error.code) {
    case "bot_busy":
    case "bot_not_ready":
      return 503;
    case "bot_timeout":
      return 504;
    default:
      return 502;
  }
}

export function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function cause(status: number, code?: string): BotError["code"] {
  switch (status) {
    case 400:
      return code === "PCC-1001" ? "bot_not_ready" : "bot_refused";
    case 401:
    case 403:
      return "bot_key_refused";
    case 404:
      return "bot_not_found";
    case 429:
      return "bot_busy";
    default:
      return "bot_refused";
  }
}

function codeOf(value: unknown): string | undefined {
  const code = value !== null && typeof value === "object" ? (value as Record<string, unknown>).code : undefined;
  return typeof code === "string" && /^[\w-]{1,64}$/.test(code) ? code : undefined;
}

/** Finds the provider's own words in the shapes that are in use: {error}, {error: {message}}, {message}, {info}, {detail}. */
function reason(text: string): string {
  const found = words(parse(text)) || text.trim();
  if (found.startsWith("<")) return "an HTML page";
  return found.slice(0, maxMessage) || "no reason given";
}

function words(value: unknown): string {
  if (typeof value === "string") return value;
  if (value === null || typeof value !== "object") return "";
  const record = value as Record<string, unknown>;
  for (const name of ["error", "message", "info", "detail"]) {
    const found = words(record[name]);
    if (found) return found;
  }
  return "";
}
