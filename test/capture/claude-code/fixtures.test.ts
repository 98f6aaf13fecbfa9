/**
 * Every fixture: what the parser makes of it, against a summary checked in beside it and read by a person,
 * and its counts against the independent tally. `vitest -u` rewrites the summaries.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { subagentSessionId } from '../../../src/base/ids.ts';
import { formatOf } from '../../../src/capture/formats.ts';
import type { SessionFormat } from '../../../src/capture/session-source.ts';
import { tallyText } from '../../tally/claude_code_tally.mjs';
import { summaryOf } from '../shared/summary.ts';
import { comparableCounts, identityOf, type Outcome, runFully, subagentSource } from '../shared/support.ts';

const ROOT = fileURLToPath(new URL('../../../fixtures/sessions/claude-code', import.meta.url));
const inputs = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
  .filter((name) => /(?:input\.jsonl?|agent-[^/]*\.jsonl)$/.test(name))
  .sort();

interface Run {
  readonly format: SessionFormat;
  readonly bytes: Buffer;
  readonly sessionId: string;
}

function parseTrace({ format, bytes, sessionId }: Run, agentId: string): Outcome {
  const makeParse = format.parse.bind(format);
  if (agentId === '') return runFully(bytes, { sessionId, makeParse });
  return runFully(subagentSource(format, sessionId, bytes, agentId), {
    sessionId: subagentSessionId(sessionId, agentId),
    subagent: agentId,
    makeParse,
  });
}

describe.each(inputs)('fixture %s', (name) => {
  const bytes = readFileSync(join(ROOT, name));
  const format = formatOf(bytes.subarray(0, 65536), name);
  if (!format) throw new Error(`${name} is not recognised`);
  const identity = identityOf(format, join('/sessions', name), bytes);
  if (!identity) throw new Error(`${name} has no identity`);
  const run = { format, bytes, sessionId: identity.sessionId };
  const main = parseTrace(run, '');
  const traces = ['', ...main.facts.inlineSubagents];

  test('gives the expected steps', async () => {
    const told = traces.map((trace) => {
      const { steps, facts } = trace === '' ? main : parseTrace(run, trace);
      return { trace: trace || identity, format: format.name, ...facts, steps: steps.map(summaryOf) };
    });
    const expected = join(
      ROOT,
      name.replace(/input\.jsonl?$/, 'expected.json').replace(/\.jsonl$/, '.expected.json'),
    );
    await expect(`${JSON.stringify(told, null, 2)}\n`).toMatchFileSnapshot(expected);
  });

  test('has the counts of the tally', () => {
    const tallied = tallyText(bytes.toString('utf8'));
    expect(tallied.map(({ trace }) => trace)).toEqual(traces);
    for (const { trace, ...counts } of tallied) {
      expect({ trace, ...comparableCounts(parseTrace(run, trace)) }).toEqual({ trace, ...counts });
    }
  });
});
