/** Nothing said in a session of the shared corpus is missing from its steps: texts, thoughts, results. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { claudeJsonl } from '../../../src/capture/claude-code/index.ts';
import { identityOf, type Outcome, runFully, subagentSource } from '../shared/support.ts';

const CORPUS = fileURLToPath(new URL('../../../../shared/corpus/sessions/claude-code', import.meta.url));
const here = existsSync(CORPUS);
const files = here
  ? readdirSync(CORPUS, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.jsonl') && statSync(join(CORPUS, name)).isFile())
      .sort()
  : [];

/** Every string under a `text`, `thinking` or `content` key of a message, found without knowing the format. */
function textsIn(value: unknown, found: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) textsIn(item, found);
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    if (key === 'input') continue;
    if (typeof member === 'string' && ['text', 'thinking', 'content'].includes(key)) found.add(member);
    else textsIn(member, found);
  }
}

function saidIn(bytes: Buffer): Set<string> {
  const found = new Set<string>();
  for (const line of bytes.toString('utf8').split('\n')) {
    let entry: { message?: unknown; data?: { message?: { message?: unknown } } } | null;
    try {
      entry = JSON.parse(line);
    } catch {
      continue;
    }
    textsIn(entry?.message, found);
    textsIn(entry?.data?.message?.message, found);
  }
  found.delete('');
  return found;
}

function keptIn({ steps }: Outcome): string[] {
  return steps.flatMap((step) => [
    step.content ?? '',
    step.reasoning_content ?? '',
    ...step.observations.map(({ content }) => content ?? ''),
  ]);
}

function outcomesOf(name: string, bytes: Buffer): Outcome[] {
  const sessionId = identityOf(claudeJsonl, name, bytes)?.sessionId ?? 'none';
  const makeParse = claudeJsonl.parse;
  const main = runFully(bytes, { sessionId, makeParse });
  const inline = main.facts.inlineSubagents.map((subagent) => {
    const lines = subagentSource(claudeJsonl, sessionId, bytes, subagent);
    return runFully(lines, { sessionId: `${sessionId}/${subagent}`, subagent, makeParse });
  });
  return [main, ...inline];
}

function emptyMessages(outcomes: readonly Outcome[]): number {
  const limitations = outcomes.flatMap(({ facts }) => facts.limitations);
  return limitations
    .filter(({ code }) => code === 'empty_message')
    .reduce((sum, { count }) => sum + count, 0);
}

describe.skipIf(!here)('texts of the corpus', () => {
  test.each(files)('%s', (name) => {
    const bytes = readFileSync(join(CORPUS, name));
    const outcomes = outcomesOf(name, bytes);
    const kept = outcomes.flatMap(keptIn);
    const exact = new Set(kept);
    const all = kept.join('\n');
    const lost = [...saidIn(bytes)].filter((text) => !exact.has(text) && !all.includes(text));
    // A message whose content stands under an unheard-of key is reported instead.
    expect(lost.map((text) => text.length)).toHaveLength(emptyMessages(outcomes));
  });
});
