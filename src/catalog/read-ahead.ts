/** Asks for the next item before the one at hand is worked on, so that reading and working overlap. */
export async function* readAhead<T>(items: AsyncGenerator<T>): AsyncGenerator<T> {
  let next = settled(items.next());
  try {
    for (;;) {
      const { done, value } = (await next)();
      if (done === true) return;
      next = settled(items.next());
      yield value;
    }
  } finally {
    await next;
    await items.return(undefined);
  }
}

/** An early rejection waits to be looked at instead of ending the process. */
function settled<T>(promise: Promise<T>): Promise<() => T> {
  return promise.then(
    (value) => () => value,
    (error: unknown) => () => {
      throw error;
    },
  );
}
