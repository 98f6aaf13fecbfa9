/** Tool `gitleaks`: the program of that name, from version 8.19 on, reading stdin and reporting to stdout. */
import * as z from 'zod/mini';
import type { ExternalTool } from '../contract.ts';
import { exposedText } from './exposed-text.ts';
import { findingsOf } from './findings.ts';
import { type ProgramPlace, runProgram, toolFailed } from './run-program.ts';

/** Comments in the text must not silence it, and finding something is no failure. */
const ARGS =
  'stdin --report-format json --report-path - --exit-code 0 --no-banner --log-level fatal --ignore-gitleaks-allow'.split(
    ' ',
  );

const Report = z.array(z.object({ RuleID: z.string(), Secret: z.string() }));

export const gitleaks = {
  name: 'gitleaks',
  versionArgs: ['version'],
  tool: (place: ProgramPlace, version: string): ExternalTool => ({
    name: 'gitleaks',
    version,
    find: async (bytes) => {
      const stdout = await runProgram({ ...place, tool: 'gitleaks', args: ARGS, input: exposedText(bytes) });
      return findingsOf('gitleaks', decodeReport(stdout));
    },
  }),
};

function decodeReport(stdout: Buffer): Array<{ rule: string; value: string }> {
  try {
    const report = Report.parse(JSON.parse(stdout.toString('utf8')));
    return report.map(({ RuleID, Secret }) => ({ rule: RuleID, value: Secret }));
  } catch {
    throw toolFailed('gitleaks', 'it gave no report');
  }
}
