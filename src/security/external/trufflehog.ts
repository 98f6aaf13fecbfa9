/**
 * Tool `trufflehog`: the program of that name, from version 3.83 on, reading stdin and printing a JSON document
 * per line. Never with verification, which would send what it finds to whoever issued it, and never with updates.
 */
import * as z from 'zod/mini';
import type { ExternalTool } from '../contract.ts';
import { exposedText } from './exposed-text.ts';
import { findingsOf, type Reported } from './findings.ts';
import { type ProgramPlace, runProgram, toolFailed } from './run-program.ts';

const ARGS = ['stdin', '--json', '--no-verification', '--no-update', '--concurrency=1'];

const Row = z.object({ DetectorName: z.string(), Raw: z.string(), RawV2: z.optional(z.string()) });

export const trufflehog = {
  name: 'trufflehog',
  versionArgs: ['--version', '--no-update'],
  tool: (place: ProgramPlace, version: string): ExternalTool => ({
    name: 'trufflehog',
    version,
    find: async (bytes) => {
      const stdout = await runProgram({
        ...place,
        tool: 'trufflehog',
        args: ARGS,
        input: exposedText(bytes),
      });
      return findingsOf('trufflehog', stdout.toString('utf8').split('\n').flatMap(decodeLine));
    },
  }),
};

/** `RawV2` holds both parts of a pair, joined; where it is one value, that stands in the text. */
function decodeLine(line: string): Reported[] {
  if (line.trim() === '') return [];
  try {
    const { DetectorName, Raw, RawV2 = '' } = Row.parse(JSON.parse(line));
    return [Raw, RawV2].filter((value) => value !== '').map((value) => ({ rule: DetectorName, value }));
  } catch {
    throw toolFailed('trufflehog', 'it printed something else than findings');
  }
}
