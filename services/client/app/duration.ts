/** For the eye: 0:07, 12:30, 1:02:03. */
export function clock(ms: number): string {
  const { hours, minutes, seconds } = split(ms);
  const two = (n: number) => String(n).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

/** For a sentence: "7 seconds", "12 minutes 30 seconds", "1 hour 2 minutes". */
export function spoken(ms: number): string {
  const { hours, minutes, seconds } = split(ms);
  const parts = [count(hours, "hour"), count(minutes, "minute"), hours > 0 ? "" : count(seconds, "second")];
  return parts.filter(Boolean).join(" ") || "less than a second";
}

function split(ms: number) {
  const all = Math.max(0, Math.floor(ms / 1000));
  return { hours: Math.floor(all / 3600), minutes: Math.floor(all / 60) % 60, seconds: all % 60 };
}

function count(n: number, unit: string): string {
  if (n === 0) return "";
  return `${n} ${unit}${n === 1 ? "" : "s"}`;
}
