/** What writers of sessions with a line for each event share. */
import { WindowModel } from './window-model.ts';

export type Fields = Record<string, unknown>;

export abstract class LineWriter {
  readonly model = new WindowModel();
  protected readonly lines: unknown[] = [];

  protected get time(): string {
    return new Date(Date.UTC(2026, 1, 3, 9, 0, 0) + this.lines.length * 1000).toISOString();
  }

  bytes(): Buffer {
    return Buffer.from(this.lines.map((line) => `${JSON.stringify(line)}\n`).join(''), 'utf8');
  }
}
