/**
 * Canaries: made-up secrets of every rule, planted in sessions of every agent's real format. Whatever leaves
 * a bucket must hold no run of eight of their characters; `expectNoCanary` is the check for any way out.
 */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type fc from 'fast-check';
import { expect } from 'vitest';
import { type Sample, samplesOf } from '../security/samples.ts';
import { leavesOf, type Path, withLeaf } from '../security/sessions.ts';
import { ROOT } from './cli.ts';
import { tempDir } from './git-env.ts';
import { LeakFinder, type Secret } from './leaks.ts';
import { type BareRemote, snapshotOf } from './machines.ts';

export const AGENTS = ['claude-code', 'codex-cli', 'copilot-cli', 'gemini-cli', 'opencode', 'pi'] as const;
export type Agent = (typeof AGENTS)[number];

/** Ways a text gets into a JSON string; each gives a JSON string literal. */
export const FORMS: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => JSON.stringify(text),
  'JSON in a string': (text) => JSON.stringify(JSON.stringify({ out: text })),
  'JSON in JSON in a string': (text) =>
    JSON.stringify(JSON.stringify([JSON.stringify({ out: `${text}\n` })])),
  'escaped letters': (text) => `"${unicodeEscaped(text)}"`,
  'escaped slashes': (text) => JSON.stringify(text).replaceAll('/', '\\/'),
  'between line ends': (text) => JSON.stringify(`first\n${text}\r\nlast`),
  'typographic neighbours': (text) => JSON.stringify(`„${text}“ — ok`),
  'in a diff': (text) => JSON.stringify(eachLine(text, (line) => `+${line}`)),
  'taken out in a diff': (text) => JSON.stringify(eachLine(text, (line) => `-${line}`)),
  'with line numbers': (text) =>
    JSON.stringify(eachLine(text, (line, i) => `${String(i + 1).padStart(6)}→${line}`)),
  coloured: (text) => JSON.stringify(`\u001b[32m${text}\u001b[0m`),
  highlighted: (text) =>
    JSON.stringify(text.replace(/[A-Za-z0-9]{6}(?=[A-Za-z0-9]{6})/, '\u001b[01;31m$&\u001b[m\u001b[K')),
  'coloured by a script': (text) => JSON.stringify(`echo -e "\\033[1m${text}\\033[0m"`),
  'wide neighbours': (text) => JSON.stringify(`密钥：${text} 🙂`),
};

/** Ways in which only a copy is known for a secret: it has to be told plainly somewhere in the session. */
export const COPY_FORMS: Readonly<Record<string, (secret: string) => string>> = {
  again: (secret) => JSON.stringify(`and again ${secret}`),
  'percent-encoded': (secret) => JSON.stringify(`https://host.test/?v=${encodeURIComponent(secret)}&x=1`),
  'percent-encoded whole': (secret) => JSON.stringify(`see%20${percentEncoded(secret)}%20there`),
  'HTML entities': (secret) => JSON.stringify(`<code>${htmlEscaped(secret)}</code>`),
  'HTML code points': (secret) => JSON.stringify([...secret].map((c) => `&#${c.codePointAt(0)};`).join('')),
  'base64, first place': (secret) => JSON.stringify(base64(`${secret} and more`)),
  'base64, second place': (secret) => JSON.stringify(base64(`x${secret} and more`)),
  'base64, third place': (secret) => JSON.stringify(base64(`xy${secret} and more`)),
  base64url: (secret) => JSON.stringify(Buffer.from(`{"k":"${secret}"}`).toString('base64url')),
  'base64 in lines': (secret) =>
    JSON.stringify(base64(`head ${secret} tail`.repeat(4)).replaceAll(/.{76}/g, '$&\n')),
  'in JSON in base64': (secret) => JSON.stringify(base64(JSON.stringify({ out: `said "${secret}"` }))),
  'cut off': (secret) => JSON.stringify(`it began ${secret.slice(0, Math.max(12, secret.length >> 1))}`),
  'its end alone': (secret) => JSON.stringify(`it ended ${secret.slice(-Math.max(12, secret.length >> 1))}`),
  'wrapped at a margin': (secret) => JSON.stringify(`out: ${secret.replaceAll(/.{11}/g, '$&\n')} done`),
  'wrapped in a diff': (secret) => JSON.stringify(`+ ${secret.replaceAll(/.{13}/g, '$&\n+ ')}`),
  coloured: (secret) => JSON.stringify(`\u001b[31m${secret}\u001b[0m`),
  'glued to words': (secret) => JSON.stringify(`abc${secret}xyz`),
};

function unicodeEscaped(text: string): string {
  const units = Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}

function eachLine(text: string, change: (line: string, index: number) => string): string {
  return text.split('\n').map(change).join('\n');
}

function percentEncoded(text: string): string {
  return [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}

function htmlEscaped(text: string): string {
  const names: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replaceAll(/[&<>"']/g, (sign) => names[sign]!);
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** One planting: a secret told in a form, and copies of it elsewhere in the same session. */
export interface Planting {
  /** Choice among samples and places: any number. */
  readonly sample: number;
  readonly place: number;
  readonly form: string;
  readonly copies: readonly { readonly form: string; readonly place: number }[];
}

export interface PlantedFolder {
  readonly folder: string;
  readonly secrets: readonly Secret[];
  /** The sessions as they were: what stands in them is no secret. */
  readonly isPublic: Buffer;
}

export interface PlantOptions {
  /** Tells sets of secrets apart. */
  readonly number?: number;
  /** How many of the agent's fixtures are taken; which ones follows from the number. */
  readonly cases?: number;
}

/** A folder with sessions of one agent, each with these plantings; no secret is in two of them. */
export function plantSessions(
  agent: Agent,
  plantings: readonly Planting[],
  { number = 0, cases = Number.POSITIVE_INFINITY }: PlantOptions = {},
): PlantedFolder {
  const source = join(ROOT, 'fixtures/sessions', agent);
  const folder = join(tempDir('git-ot-canaries-'), agent);
  const names = readdirSync(source).filter((name) => name !== 'README.md');
  for (let i = 0; i < Math.min(cases, names.length); i += 1) {
    const name = names[(number + i) % names.length]!;
    cpSync(join(source, name), join(folder, name), { recursive: true });
  }
  const secrets: Secret[] = [];
  const originals: Buffer[] = [];
  for (const [index, path] of inputsBelow(folder).entries()) {
    const original = readFileSync(path);
    originals.push(original);
    const session = new Session(original.toString('utf8'));
    for (const [i, planting] of plantings.entries()) {
      const canary = canaryOf(planting.sample, number * 100_003 + index * 1009 + i);
      secrets.push({ name: `${agent}/${index}: ${canary.rule}, ${describe(planting)}`, text: canary.secret });
      session.plant(canary, planting);
    }
    writeFileSync(path, session.text());
  }
  return { folder, secrets, isPublic: Buffer.concat(originals) };
}

function describe({ form, copies }: Planting): string {
  return [form, ...copies.map((copy) => copy.form)].join(' + ');
}

function inputsBelow(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return files.filter((path) => /\.jsonl?$/.test(path) && !path.endsWith('expected.json')).sort();
}

function canaryOf(sample: number, number: number): Sample {
  const samples = samplesOf(number + 1);
  return samples[sample % samples.length]!;
}

/** The lines of a session; a document of one JSON value is one line. */
class Session {
  readonly #lines: string[];
  readonly #values: Array<{
    readonly line: number;
    readonly value: unknown;
    readonly leaves: readonly Path[];
  }> = [];
  /** Lines put in after the line of this number. */
  readonly #added = new Map<number, string[]>();
  readonly #isDocument: boolean;

  constructor(text: string) {
    this.#isDocument = isJson(text);
    this.#lines = this.#isDocument ? [text] : text.split('\n');
    for (const [line, content] of this.#lines.entries()) {
      if (!isJson(content)) continue;
      const value: unknown = JSON.parse(content);
      const leaves = leavesOf(value).filter((path) => !this.#isDocument || isFree(value, path));
      const free = leaves.filter((leaf) => !leaf.some((key) => STRUCTURE.test(String(key))));
      if (free.length > 0) this.#values.push({ line, value, leaves });
    }
  }

  /** Copies go into the same line: another one may belong to another trace of the file. */
  plant({ text, secret }: Sample, { form, place, copies }: Planting): void {
    this.#put(FORMS[form]!(text), place, copies.length === 0 ? IDENTITY : STRUCTURE);
    const line = place % this.#values.length;
    for (const copy of copies) {
      this.#put(COPY_FORMS[copy.form]!(secret), line + copy.place * this.#values.length, STRUCTURE);
    }
  }

  text(): string {
    return this.#lines.flatMap((line, i) => [line, ...(this.#added.get(i) ?? [])]).join('\n');
  }

  /** Puts a string literal in the place of a leaf: of a copy of its line, or of the document itself. */
  #put(literal: string, place: number, barred: RegExp): void {
    const { line, value, leaves } = this.#values[place % this.#values.length]!;
    const free = leaves.filter((leaf) => !leaf.some((key) => barred.test(String(key))));
    const path = free[Math.floor(place / this.#values.length) % free.length]!;
    const isAlone = place % 2 === 1 && !this.#isDocument;
    if (this.#isDocument) this.#lines[0] = planted(JSON.parse(this.#lines[0]!), path, literal, isAlone);
    else this.#added.set(line, [...(this.#added.get(line) ?? []), planted(value, path, literal, isAlone)]);
  }
}

/** Fields whose value is the id of a session or sub-agent: a secret there refuses the push. */
const IDENTITY = /^(?:agentId|sessionId|session_id|sessionID|parentToolCallId|toolCallId)$/;
/** And those by which a line belongs to a session or sub-agent. */
const STRUCTURE = /(?:id|type|role|kind|name)$/i;

const MARKER = '@@canary@@';

/** In a document a second planting may meet the first: then both stand there. */
function planted(value: unknown, path: Path, literal: string, isAlone: boolean): string {
  const before = path.reduce<unknown>((at, step) => (at as Record<string | number, unknown>)[step], value);
  const text = JSON.stringify(withLeaf(value, path, isAlone ? MARKER : `${String(before)} ${MARKER}`));
  return text.replace(MARKER, () => literal.slice(1, -1));
}

/** A leaf whose text is nobody's name: a session stays what it is, whatever stands there. */
function isFree(value: unknown, path: Path): boolean {
  const leaf = path.reduce<unknown>((at, step) => (at as Record<string | number, unknown>)[step], value);
  return typeof leaf === 'string' && leaf.includes(' ');
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Arbitrary plantings. */
export function plantingsOf(
  arbitrary: typeof fc,
  { minLength = 1, maxLength }: { readonly minLength?: number; readonly maxLength: number },
): fc.Arbitrary<readonly Planting[]> {
  const place = arbitrary.nat(100_000);
  const copy = arbitrary.record({ form: arbitrary.constantFrom(...Object.keys(COPY_FORMS)), place });
  const planting = arbitrary.record({
    sample: arbitrary.nat(10_000),
    place,
    form: arbitrary.constantFrom(...Object.keys(FORMS)),
    copies: arbitrary.array(copy, { maxLength: 2 }),
  });
  return arbitrary.array(planting, { minLength, maxLength });
}

/** Fails when a run of a secret is in these bytes. */
export function expectNoCanary(bytes: Buffer, planted: readonly PlantedFolder[]): void {
  expect(finderOf(planted).find(bytes)).toEqual([]);
}

/** Fails unless every secret is in these bytes: the check of the check, over the raw side. */
export function expectEveryCanary(bytes: Buffer, planted: readonly PlantedFolder[]): void {
  const found = new Set(
    finderOf(planted)
      .find(bytes)
      .map(({ name }) => name),
  );
  const unseen = planted.flatMap(({ secrets }) => secrets.filter(({ name }) => !found.has(name)));
  // A run that two secrets share names only one of them.
  const missing = unseen.filter(
    (secret) => new LeakFinder([secret], Buffer.alloc(0)).find(bytes).length === 0,
  );
  expect(missing.map(({ name }) => name)).toEqual([]);
}

function finderOf(planted: readonly PlantedFolder[]): LeakFinder {
  const isPublic = Buffer.concat(planted.map((each) => each.isPublic));
  return new LeakFinder(
    planted.flatMap(({ secrets }) => secrets),
    isPublic,
  );
}

/** Every byte a remote's disk shows: objects unpacked, and every other file with its name. */
export async function everyByteOf(remote: BareRemote): Promise<Buffer> {
  const files = [...snapshotOf(remote.gitDir)].filter(([path]) => !path.startsWith('objects/'));
  const names = files.map(([path, content]) => Buffer.from(`\n${path}\n${content}\n`, 'latin1'));
  return Buffer.concat([await remote.everyByte(), ...names]);
}
