/** Sessions for sync tests: real form, invented content, each with secrets of its own in every part. */
import { join } from 'node:path';
import { traceIdOf } from '../../src/base/ids.ts';
import { SessionText, writeSession } from '../capture/session-file.ts';
import { ALNUM, draw } from '../security/samples.ts';
import { ROOT } from '../support/cli.ts';

export const FIXTURES = join(ROOT, 'fixtures', 'sessions', 'claude-code');

export interface PlantedSession {
  readonly path: string;
  readonly traceId: string;
  readonly text: SessionText;
  /** What must never leave: a token and the name in a home path. */
  readonly secrets: readonly string[];
}

export interface SessionOptions {
  /** Tells sessions apart: ids, secrets and texts follow from it. */
  readonly number: number;
  readonly turns?: number;
  /** `yyyy-mm`; default 2026-02. */
  readonly month?: string;
  readonly folder?: string;
  /** Bytes of a last result that hardly compresses. */
  readonly noise?: number;
}

export function sessionIdOf(number: number): string {
  return `${(number + 0x10000000).toString(16)}-2222-4333-8444-555555555555`;
}

export function traceOf(number: number): string {
  return traceIdOf('claude-code', sessionIdOf(number));
}

/** A GitHub-shaped token, made up. */
export function tokenOf(number: number): string {
  return `ghp${'_'}${draw(36, undefined, number + 100)}`;
}

/** The account in the home paths of a session: no word of a format, no common name. */
export function accountOf(number: number): string {
  return `zq${draw(10, 'bcdfghjklmnprstvwz', number + 7)}`;
}

/** A session of so many turns. Each turn holds the token in a prompt, a call and a result. */
export function plantedText({ number, turns = 1, month, noise = 0 }: SessionOptions): SessionText {
  const cwd = `/home/${accountOf(number)}/work`;
  const text = new SessionText(sessionIdOf(number), {
    cwd,
    ...(month === undefined ? {} : { timestamp: `${month}-03T09:00:00.000Z` }),
  });
  for (let turn = 1; turn <= turns; turn += 1) addTurn(text, number, turn, cwd);
  if (noise > 0) text.call('Bash', { command: 'cat noise' }).result(`call_${turns + 1}`, noiseOf(noise));
  return text;
}

function addTurn(text: SessionText, number: number, turn: number, cwd: string): void {
  const token = tokenOf(number);
  text.user(`Session ${number}, question ${turn}: use ${token} for the upload, please.`);
  text.call('Bash', { command: `GH_TOKEN=${token} ./upload ${cwd}/out-${turn}.txt` });
  text.result(`call_${turn}`, `uploaded ${cwd}/out-${turn}.txt with ${token}\n`);
  text.say(`Turn ${turn} of session ${number} is done.`);
}

function noiseOf(bytes: number): string {
  const lines = Array.from({ length: Math.ceil(bytes / 1000) }, (_, line) => draw(1000, ALNUM, line));
  return lines.join('\n');
}

/** {@link plantedText} as a file. */
export function plantedSession(options: SessionOptions): PlantedSession {
  const { number, folder } = options;
  const text = plantedText(options);
  const path = writeSession(text, folder === undefined ? {} : { folder });
  return { path, traceId: traceOf(number), text, secrets: [tokenOf(number), accountOf(number)] };
}
