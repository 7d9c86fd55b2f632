/** What read throws when there is more than it may read. */
export class TooLarge extends Error {}

/** Reads at most max bytes of text: nobody's memory grows by what somebody sends. */
export async function read(body: ReadableStream<Uint8Array> | null, max: number): Promise<string> {
  const reader = body?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > max) {
      // Not awaited: whoever sends without end may not notice soon.
      void reader.cancel().catch(() => {});
      throw new TooLarge();
    }
    text += decoder.decode(value, { stream: true });
  }
  return text + decoder.decode();
}
