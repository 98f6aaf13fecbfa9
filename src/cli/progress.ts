/** Progress on stderr for people: nothing in the first second, nothing where stderr is no terminal. */
import type { App } from './app.ts';

export interface Progress {
  /** `total` when it is known. */
  update(done: number, total?: number): void;
  /** A line of another program, such as git's own progress. */
  line(text: string): void;
  /** Removes the line. */
  end(): Promise<void>;
}

const DELAY_MS = 1000;
const INTERVAL_MS = 100;

/** Progress of one step of work; silent with `quiet`. */
export function startProgress(app: App, label: string, quiet: boolean): Progress {
  if (quiet || !app.io.interactive) return SILENT;
  const clock = (): number => app.platform.now().getTime();
  let nextAt = clock() + DELAY_MS;
  let shown = false;
  const show = (text: string): void => {
    if (clock() < nextAt) return;
    nextAt = clock() + INTERVAL_MS;
    shown = true;
    void app.io.err(`\r\u001b[K${label}: ${text}`);
  };
  return {
    update: (done, total) => show(total === undefined ? `${done}` : `${done}/${total}`),
    line: (text) => show(text.replace(/[^\x20-\x7e]/g, '').slice(0, 70)),
    end: async () => {
      if (shown) await app.io.err('\r\u001b[K');
    },
  };
}

const SILENT: Progress = { update: () => {}, line: () => {}, end: async () => {} };
