/**
 * What a drain sees beside a session's log: instruction files at its start, the work tree at prompts and ends of turns,
 * HEAD at every event. It is looked at before the log is captured, since files change, and told to the trace afterwards.
 */
import { OtError } from '../../base/errors.ts';
import type { Bucket } from '../../bucket/home.ts';
import { ObservedStart } from '../../record/start.ts';
import { newest, startOf, type Visit } from './fold.ts';
import { observe } from './observe.ts';
import { observeGit, type PackedTip, withPackedTips } from './observed-git.ts';
import { withStarts } from './observed-start.ts';
import { Pending } from './pending.ts';
import { OpenTurns, type TurnLook, turnRecord, withTurn } from './turns.ts';

export interface BesideOptions {
  readonly packedTip: PackedTip;
  /** What there is to see where a session has just started. */
  readonly lookAtStart: (visit: Visit, at: Date) => Promise<ObservedStart>;
  readonly turns: TurnLook;
}

export class Beside {
  readonly #bucket: Bucket;
  readonly #options: BesideOptions;
  readonly #starts: Pending<ObservedStart>;
  readonly #turns: Pending<OpenTurns>;

  constructor(bucket: Bucket, options: BesideOptions) {
    this.#bucket = bucket;
    this.#options = options;
    this.#starts = new Pending(bucket.home, 'starts', ObservedStart);
    this.#turns = new Pending(bucket.home, 'turns', OpenTurns);
  }

  async look(visit: Visit): Promise<void> {
    const { platform } = this.#bucket;
    const at = startOf(visit);
    if (at !== null) {
      const seen = await this.#options.lookAtStart(visit, new Date(at));
      const starts = withStarts(await this.#starts.read(visit), seen);
      if (starts !== null) await this.#starts.write(platform, visit, starts);
    }
    await this.#lookAtTurn(visit);
  }

  /** What git cannot tell of a work tree is no reason to fail: the turn then has no record. */
  async #lookAtTurn(visit: Visit): Promise<void> {
    const known = await this.#turns.read(visit);
    try {
      const turns = await withTurn(known, visit, this.#options.turns);
      if (turns !== null) await this.#turns.write(this.#bucket.platform, visit, turns);
    } catch (error) {
      if (!(error instanceof OtError)) throw error;
      const done = known?.done ?? [];
      await this.#turns.write(this.#bucket.platform, visit, { seen: newest(visit), from: null, done });
    }
  }

  /** What was seen goes into the trace; it waits on when the trace cannot take it. */
  async tell(traceId: string, visit: Visit): Promise<void> {
    await observeGit(this.#bucket, traceId, await withPackedTips(visit.events, this.#options.packedTip));
    await this.#tellStarts(traceId, visit);
    await this.#tellTurns(traceId, visit);
  }

  async forget(visit: Visit): Promise<void> {
    await this.#starts.drop(visit);
    await this.#turns.drop(visit);
  }

  async #tellStarts(traceId: string, visit: Visit): Promise<void> {
    const seen = await this.#starts.read(visit);
    if (seen === null) return;
    const isTold = await observe(this.#bucket, traceId, async (folder) => {
      const record = withStarts(await folder.start(), seen);
      return record === null ? null : { path: folder.names.observed(0, 'start'), record };
    });
    if (isTold) await this.#starts.drop(visit);
  }

  async #tellTurns(traceId: string, visit: Visit): Promise<void> {
    const turns = await this.#turns.read(visit);
    if (turns === null || turns.done.length === 0) return;
    for (const turn of turns.done) {
      if (!(await observe(this.#bucket, traceId, (folder) => turnRecord(folder, turn)))) return;
    }
    await this.#turns.write(this.#bucket.platform, visit, { ...turns, done: [] });
  }
}
