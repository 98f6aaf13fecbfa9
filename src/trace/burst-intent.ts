/** What a burst was made for, in the words of who asked. */
import type { Turn } from './activity.ts';
import { preview } from './preview.ts';
import { SEGMENTATION, weightOf } from './segment.ts';

export interface Quote {
  readonly step_index: number;
  readonly text: string;
}

export interface BurstIntent {
  /** The last request before the first edit: often only a word to go on. */
  readonly trigger: Quote | null;
  /** The request that says most among those that led here. */
  readonly most_substantive_spec: Quote | null;
  /** Every request since the burst before, oldest first; of a burst without one, those of the burst before. */
  readonly spec_chain: readonly Quote[];
  /** The commit that was made of it, as git abbreviated it in the session; null when none was seen. */
  readonly burst_commit_sha: string | null;
  readonly commit_subject: string | null;
}

const MAX_TRIGGER = 200;
const MAX_SPEC = 500;
const MAX_CHAIN = 20;
/** What is pasted in bulk does not say more than a page. */
const PAGE = 20 * SEGMENTATION.shortRequest;

/** Intent out of the requests that led to a burst, oldest first. */
export function intentOf(turns: readonly Turn[], sha: string | null, subject: string | null): BurstIntent {
  const trigger = turns.at(-1);
  return {
    trigger: trigger === undefined ? null : quote(trigger, MAX_TRIGGER),
    most_substantive_spec: mostSubstantive(turns),
    spec_chain: turns.slice(-MAX_CHAIN).map((turn) => quote(turn, MAX_SPEC)),
    burst_commit_sha: sha,
    commit_subject: subject,
  };
}

/** The request that says most; of equal ones the later. */
function mostSubstantive(turns: readonly Turn[]): Quote | null {
  let best: Turn | null = null;
  let most = -1;
  for (const turn of turns) {
    const weight = Math.min(weightOf(turn.text), PAGE);
    if (weight < most) continue;
    [best, most] = [turn, weight];
  }
  return best === null ? null : quote(best, MAX_SPEC);
}

/** The intent of a burst that nobody asked for anew: what was asked before it. */
export function inherited(intent: BurstIntent, chain: readonly Quote[]): BurstIntent {
  const turns = chain.map(({ step_index: step, text }) => ({ step, text, time: null }));
  return { ...intentOf(turns, intent.burst_commit_sha, intent.commit_subject), spec_chain: chain };
}

function quote({ step, text }: Turn, length: number): Quote {
  return { step_index: step, text: preview(text, length) };
}
