/** One world of the model, from a seed to its score. */
import { newMachine } from '../cli.ts';
import { Chance } from './chance.ts';
import { Model } from './model.ts';
import { lookIn, type Score, scoreOf } from './score.ts';
import type { SeenCommit } from './shadow.ts';

export interface Run {
  readonly seed: number;
  readonly steps: number;
  /** How many commits to look at, HEAD among them. */
  readonly commits: number;
  /** Captures and looks each so many steps, not only at the end. */
  readonly every?: number;
  /** Tells what happened also where nothing is wrong. */
  readonly log?: boolean;
}

export interface Result {
  readonly score: Score;
  /** Everyday lines among all. */
  readonly share: number;
  /** In words; after a wrong answer with what happened. */
  readonly report: string;
}

export async function runModel({ seed, steps, commits, log, every }: Run): Promise<Result> {
  const machine = newMachine();
  const model = new Model(machine, seed);
  for (let step = 1; step <= steps; step += 1) {
    model.step();
    if (every !== undefined && step % every === 0) await lookIn(model, machine);
  }
  model.finish();
  const score = await scoreOf(model, machine, chosen(model, seed, commits));
  const { share } = model.vocabulary;
  const numbers = `seed ${seed}, ${steps} steps: ${score.right} of ${score.agentLines} lines, ${score.untold} untold, ${score.wrong.length} wrong`;
  const some = (name: string, lines: readonly string[]): string[] =>
    lines.slice(0, log === true ? lines.length : 8).map((line) => `  ${name} ${line}`);
  const work = score.wrong.length === 0 && log !== true ? [] : model.log.map((line) => `    ${line}`);
  return {
    score,
    share,
    report: [numbers, ...some('wrong', score.wrong), ...some('gap', score.gaps), ...work].join('\n'),
  };
}

/** The last commit of what is there, and others by chance. */
function chosen(model: Model, seed: number, count: number): SeenCommit[] {
  const all = [...model.shadow.commits];
  const head = model.shadow.commit(model.shadow.git('rev-parse', 'HEAD'))!;
  const chance = new Chance(seed + 1_000_000);
  const others = Array.from({ length: count - 1 }, () => chance.pick(all));
  return [head, ...others];
}
