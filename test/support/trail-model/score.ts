/** What the program says of the model's repository, against the truth. */
import { type Machine, ot } from '../cli.ts';
import { type CallNames, captureSessions } from '../trail-judge.ts';
import type { Model } from './model.ts';
import type { SeenCommit } from './shadow.ts';

export interface Score {
  /** Lines of agents that can be told, each once in each file looked at. */
  agentLines: number;
  right: number;
  /** Lines of agents of which nobody could tell, by the rule of `Owners.observe`, or that a person moved. */
  untold: number;
  readonly wrong: string[];
  readonly gaps: string[];
}

/** Captures the sessions and asks for every line of the given commits. */
export async function scoreOf(
  model: Model,
  machine: Machine,
  commits: readonly SeenCommit[],
): Promise<Score> {
  const names = await captureSessions(machine, model.sessions);
  const score: Score = { agentLines: 0, right: 0, untold: 0, wrong: [], gaps: [] };
  const asked = new Set<string>();
  await sync(machine);
  for (const commit of commits) {
    for (const [path, blob] of commit.files) {
      if (asked.has(`${path} ${blob}`)) continue;
      asked.add(`${path} ${blob}`);
      const { code, reply } = await ot(machine, 'trail', 'blame', path, '--rev', commit.seen);
      if (code !== 0) throw new Error(`${path}: ${JSON.stringify(reply.error)}`);
      const rows = model.shadow.rowsIn(commit, path)!;
      if (reply.lines.length !== rows.length)
        throw new Error(`${path} has ${rows.length} lines, not ${reply.lines.length}`);
      for (const [at, { id, text }] of rows.entries()) {
        const { trace_id, step_index } = reply.lines[at];
        const said = trace_id === null ? null : (names.get(`${trace_id}:${step_index}`) ?? 'another step');
        judge(score, model, { id, text, said, place: `${commit.seen.slice(0, 10)} ${path}:${at + 1}` });
      }
    }
  }
  for (const commit of commits) await judgeCommit(score, model, { machine, commit, names });
  const verified = await ot(machine, 'bucket', 'verify');
  if (verified.code !== 0) throw new Error('the bucket is damaged');
  return score;
}

/** Looks at what is new since the last time. */
async function sync(machine: Machine): Promise<void> {
  const { code, reply } = await ot(machine, 'trail', 'sync');
  if (code !== 0) throw new Error(JSON.stringify(reply.error));
}

/** Captures and looks at what there is so far, as a program does that runs beside the work. */
export async function lookIn(model: Model, machine: Machine): Promise<void> {
  await captureSessions(machine, model.sessions);
  await sync(machine);
}

/** The other way to ask: the lines that a commit brought. */
async function judgeCommit(
  score: Score,
  model: Model,
  { machine, commit, names }: { machine: Machine; commit: SeenCommit; names: CallNames },
): Promise<void> {
  const { code, reply } = await ot(machine, 'trail', 'blame', 'commit', commit.seen, '--lines');
  if (code !== 0) throw new Error(`${commit.seen}: ${JSON.stringify(reply.error)}`);
  for (const { path, lines } of reply.files) {
    const rows = model.shadow.rowsIn(commit, path)!;
    for (const { start, end, trace_id, step_index } of lines) {
      const said = names.get(`${trace_id}:${step_index}`) ?? 'another step';
      for (const { id, text } of rows.slice(start - 1, end)) {
        if (!model.owners.allowed(id).has(said))
          score.wrong.push(
            `blame commit ${commit.seen.slice(0, 10)} ${path} said ${said}, is ${model.owners.of(id)}: ${text}`,
          );
      }
    }
  }
}

interface Answer {
  readonly id: number;
  readonly text: string;
  readonly said: string | null;
  readonly place: string;
}

function judge(score: Score, { owners }: Model, { id, text, said, place }: Answer): void {
  const allowed = owners.allowed(id);
  const isAgents = owners.of(id) !== '-' && /[\p{L}\p{N}]/u.test(text);
  const line = `${place} said ${said ?? 'nothing'}, is ${[...allowed].join('/')}: ${text}`;
  if (said !== null && !allowed.has(said)) score.wrong.push(line);
  else if (isAgents && allowed.size > 1) score.untold += 1;
  else if (isAgents && said !== null) score.right += 1;
  else if (isAgents) score.gaps.push(line);
  if (isAgents && allowed.size === 1) score.agentLines += 1;
}
