import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { opencodeExport, opencodeFiles, opencodeRows } from '../../../src/capture/opencode/index.ts';
import { tallyText } from '../../tally/opencode_tally.mjs';
import { describeDamage, describeFixtures, FIXTURES, parseBytes } from '../shared/agent-suite.ts';

describeFixtures('opencode', tallyText);
describeDamage('opencode', [opencodeExport, opencodeFiles, opencodeRows]);

test('an export, rows and files of one session give the same steps', () => {
  const [document, rows, files] = ['export/input.json', 'rows/input.jsonl', 'files/input.jsonl'].map(
    (name) => {
      const path = join(FIXTURES, 'opencode', name);
      const { steps, facts } = parseBytes(readFileSync(path), path);
      const { metrics, counts, title } = facts.head;
      return {
        metrics,
        counts,
        title,
        steps: steps.map(({ origin: { message_id }, ...step }) => [message_id, withoutPlaces(step)]),
      };
    },
  );
  expect(rows).toEqual(document);
  expect(files).toEqual(document);
});

/** Where the text of a file before an edit stands differs as the forms do. */
function withoutPlaces(step: object): unknown {
  const text = JSON.stringify(step, (name, value) => (name === 'before' ? value.blob : value));
  return JSON.parse(text);
}
