/**
 * Cuts a push into steps that a host will take: new history of one ref is sent piece by piece along its first
 * parents, each piece at most the limit where commits allow it.
 */
import type { Oid, RefUpdate } from '../ports.ts';
import type { GitProgram } from '../spawn.ts';

/** One `git push`: at most one piece of each ref. */
export type PushStep = readonly RefUpdate[];

/** Hosts refuse packs somewhere above 100 MB; half of that leaves room for one large commit. */
export const STEP_LIMIT = 64 * 1024 * 1024;

export interface StepOptions {
  readonly git: GitProgram;
  readonly gitDir: string;
  /** Bytes of one step; default {@link STEP_LIMIT}. */
  readonly limit?: number;
}

interface Piece {
  readonly update: RefUpdate;
  readonly size: number;
}

/** Steps in the order they must be sent. A later piece of a ref is leased to the one before it. */
export async function planSteps(options: StepOptions, updates: readonly RefUpdate[]): Promise<PushStep[]> {
  const limit = options.limit ?? STEP_LIMIT;
  const steps: PushStep[] = [];
  let step: RefUpdate[] = [];
  let size = 0;
  for (const update of updates) {
    for (const piece of await piecesOf(options, update, limit)) {
      const repeated = step.some(({ remoteRef }) => remoteRef === update.remoteRef);
      if (step.length > 0 && (repeated || size + piece.size > limit)) {
        steps.push(step);
        step = [];
        size = 0;
      }
      step.push(piece.update);
      size += piece.size;
    }
  }
  return step.length > 0 ? [...steps, step] : steps;
}

async function piecesOf(options: StepOptions, update: RefUpdate, limit: number): Promise<Piece[]> {
  if (update.oid === null || update.oid === update.expected) return [{ update, size: 0 }];
  const known = update.expected !== null && (await hasCommit(options, update.expected));
  const base = known ? update.expected : null;
  const total = await sizeOf(options, base, update.oid);
  const chain = total <= limit ? [update.oid] : await chainOf(options, base, update.oid);
  const cuts = await cut(options, base, chain, limit);
  return cuts.map(({ oid, size }, index) => ({
    update: index === 0 ? { ...update, oid } : { ...update, oid, expected: cuts[index - 1]!.oid },
    size,
  }));
}

/** Ends of the pieces: the whole chain when it is small enough or a single commit, else its halves. */
async function cut(
  options: StepOptions,
  base: Oid | null,
  chain: readonly Oid[],
  limit: number,
): Promise<Array<{ readonly oid: Oid; readonly size: number }>> {
  const oid = chain.at(-1)!;
  const size = await sizeOf(options, base, oid);
  if (size <= limit || chain.length === 1) return [{ oid, size }];
  const middle = chain.length >> 1;
  const first = chain.slice(0, middle);
  const before = await cut(options, base, first, limit);
  return [...before, ...(await cut(options, first.at(-1)!, chain.slice(middle), limit))];
}

/** New commits along first parents, oldest first. */
async function chainOf({ git, gitDir }: StepOptions, base: Oid | null, tip: Oid): Promise<Oid[]> {
  const text = await git.text(['rev-list', '--first-parent', '--reverse', ...range(base, tip)], { gitDir });
  return text.split('\n').filter(Boolean);
}

/** Disk space of what `tip` has and `base` has not, in bytes: an estimate of the pack that is sent. */
async function sizeOf({ git, gitDir }: StepOptions, base: Oid | null, tip: Oid): Promise<number> {
  return Number(await git.text(['rev-list', '--objects', '--disk-usage', ...range(base, tip)], { gitDir }));
}

function range(base: Oid | null, tip: Oid): string[] {
  return base === null ? [tip, '--'] : [tip, `^${base}`, '--'];
}

async function hasCommit({ git, gitDir }: StepOptions, oid: Oid): Promise<boolean> {
  const { code } = await git.run(['cat-file', '-e', `${oid}^{commit}`], { gitDir, okCodes: [0, 1, 128] });
  return code === 0;
}
