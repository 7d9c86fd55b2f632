/** A promise, and what settles it from outside. (Promise.withResolvers is missing in browsers that are two years old.) */
export type Later<T> = { promise: Promise<T>; resolve: (value: T) => void; reject: (reason: unknown) => void };

export function later<T>(): Later<T> {
  let resolve!: (value: T) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  // Whoever waits for it sees its error; an error that nobody waits for is not one.
  promise.catch(() => {});
  return { promise, resolve, reject };
}

/** Waits for a promise, but not beyond signal: then it throws the signal's reason. */
export async function unless<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  const end = later<never>();
  const aborted = () => end.reject(signal.reason);
  signal.addEventListener("abort", aborted);
  if (signal.aborted) aborted();
  try {
    return await Promise.race([promise, end.promise]);
  } finally {
    signal.removeEventListener("abort", aborted);
  }
}

/** Waits for a promise, but not for longer than ms: then it throws what late gives. */
export async function within<T>(ms: number, late: () => Error, promise: Promise<T>): Promise<T> {
  const end = later<never>();
  const timer = setTimeout(() => end.reject(late()), ms);
  try {
    return await Promise.race([promise, end.promise]);
  } finally {
    clearTimeout(timer);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
