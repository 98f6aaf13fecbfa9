/** Every session of the shared corpus: the parser's counts against those of the independent tally. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { subagentSessionId } from '../../../src/base/ids.ts';
import { formatOf } from '../../../src/capture/formats.ts';
import type { SessionFormat } from '../../../src/capture/session-source.ts';
import { tallyText } from '../../tally/claude_code_tally.mjs';
import { comparableCounts, identityOf, type Outcome, runFully, subagentSource } from '../shared/support.ts';

const CORPUS = fileURLToPath(new URL('../../../../shared/corpus/sessions/claude-code', import.meta.url));
const here = existsSync(CORPUS);
const files = here
  ? readdirSync(CORPUS, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.jsonl?$/.test(name) && statSync(join(CORPUS, name)).isFile())
      .sort()
  : [];

function parseTrace(format: SessionFormat, sessionId: string, bytes: Buffer, agentId: string): Outcome {
  const makeParse = format.parse.bind(format);
  if (agentId === '') return runFully(bytes, { sessionId, makeParse });
  const root = sessionId.split('/', 1)[0] ?? '';
  return runFully(subagentSource(format, sessionId, bytes, agentId), {
    sessionId: subagentSessionId(root, agentId),
    subagent: agentId,
    makeParse,
  });
}

describe.skipIf(!here)('counts of the corpus', () => {
  test('has sessions', () => expect(files.length).toBeGreaterThan(50));

  test.each(files)('%s', (name) => {
    const bytes = readFileSync(join(CORPUS, name));
    const format = formatOf(bytes.subarray(0, 65536), name);
    if (!format) throw new Error('not recognised');
    const identity = identityOf(format, name, bytes);
    if (!identity) throw new Error('no identity');
    const expected = tallyText(bytes.toString('utf8'));
    const main = parseTrace(format, identity.sessionId, bytes, '');
    expect(expected.map(({ trace }) => trace)).toEqual(['', ...main.facts.inlineSubagents]);
    for (const { trace, ...counts } of expected) {
      const parsed = parseTrace(format, identity.sessionId, bytes, trace);
      expect({ trace, ...comparableCounts(parsed) }).toEqual({ trace, ...counts });
    }
  });
});
