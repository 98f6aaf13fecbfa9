/** Native session ids as they stand in files: they enter trace ids and paths of nothing, but stay bounded. */

/** No slash, which marks a sub-agent, and nothing unprintable. */
const NATIVE_ID = /^[\w.:@+-]{1,200}$/;

/** The value when it can serve as a native session id. */
export function nativeIdOf(value: unknown): string | undefined {
  return typeof value === 'string' && NATIVE_ID.test(value) ? value : undefined;
}

/** A file name without folder and ending as a native id, when a session names none itself. */
export function stemIdOf(path: string): string {
  const name = path.split(/[\\/]/).at(-1) ?? '';
  const stem = name.replace(/\.(?:jsonl|json)$/, '');
  return nativeIdOf(stem) ?? stem.replace(/[^\w.:@+-]/g, '_').slice(0, 200);
}
