/** Real sessions and labelled secrets, when they are there: measured figures go to the console only. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { resolvePolicy } from '../../src/security/policy.ts';
import { SecretList } from '../../src/security/secret-list.ts';
import { SourceSealer } from '../../src/security/source-sealer.ts';
import { leaks } from '../support/leaks.ts';

const CORPUS = join(import.meta.dirname, '../../../shared/corpus');
const isThere = existsSync(CORPUS);
const policy = resolvePolicy('recommended');

function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

function linesOf(file: string): Buffer[] {
  const text = readFileSync(file).toString('latin1');
  return text.split('\n').map((line) => Buffer.from(line, 'latin1'));
}

interface Sealing {
  readonly sealed: Buffer[];
  readonly list: SecretList;
  readonly milliseconds: number;
}

function sealAll(lines: readonly Buffer[], format = 'claude-jsonl'): Sealing {
  const list = new SecretList();
  const started = performance.now();
  const sealer = new SourceSealer({ policy, list, format });
  for (const line of lines) sealer.scan(line);
  const sealed = lines.map((line) => sealer.seal(line));
  return { sealed, list, milliseconds: performance.now() - started };
}

function parsed(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Nesting, order and number of members, without keys and texts: a key that is a path may change. */
function skeletonOf(value: unknown): unknown {
  if (typeof value === 'string') return '';
  return typeof value === 'object' && value !== null ? Object.values(value).map(skeletonOf) : value;
}

/** Number of lines whose structure is not what it was. */
function changedShapes(before: readonly Buffer[], after: readonly Buffer[]): number {
  return before.filter((line, i) => {
    const value = parsed(line);
    if (value === undefined || line.equals(after[i]!)) return false;
    return JSON.stringify(skeletonOf(value)) !== JSON.stringify(skeletonOf(parsed(after[i]!)));
  }).length;
}

describe.skipIf(!isThere)('real sessions', () => {
  test('keep their lines and structure; sealing again changes nothing', () => {
    let bytes = 0;
    let milliseconds = 0;
    const byKind = new Map<string, number>();
    for (const file of filesBelow(join(CORPUS, 'sessions'))) {
      const lines = linesOf(file);
      const sealing = sealAll(lines);
      bytes += lines.reduce((sum, line) => sum + line.length + 1, 0);
      milliseconds += sealing.milliseconds;
      for (const { kind } of sealing.list.entries) byKind.set(kind, (byKind.get(kind) ?? 0) + 1);
      expect(sealing.sealed).toHaveLength(lines.length);
      expect(changedShapes(lines, sealing.sealed)).toBe(0);
      expect(
        sealAll(sealing.sealed).sealed.filter((line, i) => !line.equals(sealing.sealed[i]!)),
      ).toHaveLength(0);
    }
    const speed = (bytes / 1e6 / (milliseconds / 1000)).toFixed(1);
    console.log(
      `sealed ${(bytes / 1e6).toFixed(1)} MB in both passes at ${speed} MB/s; listed`,
      Object.fromEntries(byKind),
    );
    expect(bytes).toBeGreaterThan(0);
  });
});

interface Labelled {
  readonly text: string;
  readonly secrets: readonly string[];
}

function rowsOf(name: string): Labelled[] {
  const rows = readFileSync(join(CORPUS, 'secrets', name), 'utf8')
    .trimEnd()
    .split('\n');
  return rows.map((row) => {
    const { text, secret, findings } = JSON.parse(row);
    const labelled = ((findings ?? [{ secret }]) as Array<{ secret?: string }>).flatMap(
      (finding) => finding.secret ?? [],
    );
    return { text, secrets: labelled };
  });
}

describe.skipIf(!isThere)('labelled secrets', () => {
  test.each(['gitleaks.jsonl', 'secretlint.jsonl'])('%s', (name) => {
    let secrets = 0;
    let removed = 0;
    let clean = 0;
    let touched = 0;
    for (const row of rowsOf(name)) {
      const line = Buffer.from(JSON.stringify({ text: row.text }));
      const sealed = sealAll([line], '').sealed[0]!;
      if (row.secrets.length === 0) {
        clean += 1;
        if (!sealed.equals(line)) touched += 1;
      }
      secrets += row.secrets.length;
      removed += row.secrets.filter((secret) => !leaks(sealed, secret)).length;
    }
    console.log(`${name}: removed ${removed} of ${secrets}; changed ${touched} of ${clean} clean rows`);
    expect(removed).toBeGreaterThan(secrets / 2);
  });
});
