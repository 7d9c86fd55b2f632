export type Settings = { url: string; key: string; problem?: string };

/** Reads where the bot is and with which key. problem says what is wrong with them, without the values. */
export function settings(): Settings {
  const url = (process.env.BOT_START_URL ?? "").trim();
  // A key is often pasted with the end of its line.
  const key = (process.env.BOT_START_PUBLIC_API_KEY ?? "").trim();
  return { url, key, problem: wrongURL(url) ?? wrongKey(key) };
}

function wrongURL(url: string): string | undefined {
  if (url === "") return "BOT_START_URL is not set";
  if (/[{}]/.test(url)) return "BOT_START_URL still holds a placeholder in {}";
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) return "BOT_START_URL is not a URL";
  return undefined;
}

function wrongKey(key: string): string | undefined {
  // Said here, because fetch would say it together with the key.
  return /^[\x21-\x7e]*$/.test(key) ? undefined : "BOT_START_PUBLIC_API_KEY holds characters that no key has";
}
