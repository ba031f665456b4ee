import type { Transform } from "node:stream";

/**
 * What comes out of a transform. It takes a chunk only when it needs one and none after its end, so that whoever stops
 * reading knows what is left, which a pipeline reads ahead.
 */
export async function* through(transform: Transform, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let failure: Error | undefined;
  let hasEnded = false;
  let wake = () => {};
  transform.on("error", (error) => {
    failure = error;
    wake();
  });
  transform.on("end", () => {
    hasEnded = true;
    wake();
  });
  transform.on("readable", () => wake());

  /** What is there until `isDone`. */
  async function* output(isDone: () => boolean): AsyncGenerator<Buffer> {
    while (!hasEnded) {
      if (failure !== undefined) throw failure;
      const chunk = transform.read() as Buffer | null;
      if (chunk !== null) yield chunk;
      else if (isDone()) return;
      // No event can come between the check and this.
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  }

  try {
    for await (const chunk of chunks) {
      let isWritten = false;
      transform.write(chunk, () => {
        isWritten = true;
        wake();
      });
      yield* output(() => isWritten);
      if (hasEnded) return;
    }
    transform.end();
    yield* output(() => false);
  } finally {
    transform.destroy();
  }
}
