import { fstatSync } from 'node:fs';

/** True when the descriptor is a terminal. node:tty is loaded only for character devices. */
export async function isTerminal(descriptor: 0 | 1 | 2): Promise<boolean> {
  try {
    if (!fstatSync(descriptor).isCharacterDevice()) return false;
  } catch {
    return false;
  }
  const { isatty } = await import('node:tty');
  return isatty(descriptor);
}
