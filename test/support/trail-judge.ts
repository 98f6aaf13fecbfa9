/** Holds what `git ot trail blame` says of files against who wrote their lines, through the program alone. */
import { join } from 'node:path';
import { type Machine, ot } from './cli.ts';
import type { LoggedSession } from './trail-logs/call.ts';
import { writeLog } from './trail-logs/write.ts';
import type { ExpectedFile, ExpectedLine, MadeRepository } from './trail-repos.ts';

export interface Verdict {
  /** Lines that agents wrote, those that tell nothing left out. */
  agentLines: number;
  right: number;
  /** Lines with an owner that is not theirs: `path:line said X, is Y: text`. */
  readonly wrong: string[];
  readonly gaps: string[];
  /** Files with more gaps than the script allows. */
  readonly tooManyGaps: string[];
}

/** Captures the sessions, looks at all commits and asks for every line of every file. */
export async function judgeRepository({ machine, sessions, files }: MadeRepository): Promise<Verdict> {
  const names = await captureSessions(machine, sessions);
  const verdict: Verdict = { agentLines: 0, right: 0, wrong: [], gaps: [], tooManyGaps: [] };
  for (const folder of new Set(files.map((file) => file.folder))) {
    const there = { ...machine, cwd: folder };
    await answer(there, 'trail', 'sync', '--all');
    for (const file of files) if (file.folder === folder) await judgeFile(there, file, names, verdict);
  }
  await answer(machine, 'bucket', 'verify');
  return verdict;
}

/** `trace id:step` to `session.call`, the calls counted from 1. */
export type CallNames = ReadonlyMap<string, string>;

/** Captures logs of these sessions; tells which step of which trace each of their calls became. */
export async function captureSessions(
  machine: Machine,
  sessions: readonly LoggedSession[],
): Promise<CallNames> {
  const folder = join(machine.home, 'logs');
  const made = new Map(sessions.map((session) => [writeLog(folder, session), session.name]));
  await answer(machine, 'capture', folder);
  const { traces } = await answer(machine, 'trace', 'list', '--limit', '1000');
  const names = new Map<string, string>();
  for (const { trace_id, session_id } of traces) {
    const name = made.get(session_id);
    if (name === undefined) throw new Error(`session ${session_id} is none of ours`);
    const { trace } = await answer(machine, 'trace', 'get', trace_id);
    let calls = 0;
    for (const { step_index, tool_calls } of trace.steps) {
      calls += tool_calls.length;
      if (tool_calls.length > 0) names.set(`${trace_id}:${step_index}`, `${name}.${calls}`);
    }
  }
  return names;
}

async function judgeFile(
  machine: Machine,
  file: ExpectedFile,
  names: CallNames,
  verdict: Verdict,
): Promise<void> {
  const { lines } = await answer(machine, 'trail', 'blame', file.path);
  const texts = lines.map(({ text }: { text: string }) => text.replace(/\r$/, ''));
  const expected = file.lines.map(({ text }) => text);
  if (JSON.stringify(texts) !== JSON.stringify(expected))
    throw new Error(`${file.path} is not the file that was expected:\n${texts.join('\n')}`);
  const before = verdict.gaps.length;
  for (const [at, line] of file.lines.entries()) {
    const { trace_id, step_index } = lines[at];
    const said = trace_id === null ? null : (names.get(`${trace_id}:${step_index}`) ?? 'another step');
    judgeLine(verdict, line, said, `${file.path}:${at + 1}`);
  }
  const gaps = verdict.gaps.length - before;
  if (gaps > file.gaps) verdict.tooManyGaps.push(`${file.path} has ${gaps}, not ${file.gaps}`);
}

function judgeLine(
  verdict: Verdict,
  { owners, text }: ExpectedLine,
  said: string | null,
  place: string,
): void {
  const isAgents = owners.length === 1 && owners[0] !== '-' && /[\p{L}\p{N}]/u.test(text);
  if (isAgents) verdict.agentLines += 1;
  if (said === null) {
    if (isAgents) verdict.gaps.push(`${place} is ${owners[0]}: ${text}`);
  } else if (!owners.includes(said)) {
    verdict.wrong.push(`${place} said ${said}, is ${owners.join('/')}: ${text}`);
  } else if (isAgents) verdict.right += 1;
}

// biome-ignore lint/suspicious/noExplicitAny: documents of many commands, read as they are
async function answer(machine: Machine, ...argv: string[]): Promise<any> {
  const { code, reply } = await ot(machine, ...argv);
  if (code !== 0) throw new Error(`${argv.join(' ')}: ${JSON.stringify(reply.error)}`);
  return reply;
}
