/** Text views of `trail explain`: the chain of evidence, link by link. */
import type { Candidate, KeptFrom } from '../../trail/candidates.ts';
import type { ExplainedLine, LookedAt, PatchAnchor, UnknownReason } from '../../trail/explain.ts';
import type { ExplainedPatch } from '../../trail/explain-patch.ts';
import type { Tier } from '../../trail/owner.ts';
import { count, fields, oneLine, type Page, paint, printable } from './page.ts';

const TIERS: Readonly<Record<Tier, string>> = {
  ledger: 'the edits of all sessions were replayed on the file, and the line stands where this one put it',
  exact_range:
    'the file before the edit is not known; all lines that it wrote stand in one piece, and only once',
  line_set: 'the file before the edit is not known; lines that both have once are the same',
  turn_snapshot:
    'it came into the work tree while commands of this step or before it ran, and no edit has it',
  structural: 'the line has the same words in another form',
};

const REASONS: Readonly<Record<UnknownReason, string>> = {
  no_patches: 'no session of this repository is known to have edited the file',
  before_first_patch: 'the commit that brought the line is older than every patch of the file',
  no_such_text: 'no patch of the file has such a line',
  candidates_excluded: 'patches have such a line, and each is kept from owning it',
  undecided: 'two alignments of the file with its past would give the line to different owners',
  no_words: 'the line has no letter or digit, and its neighbours do not say whose it is',
  text_missing: 'texts of some patches of the file are not here',
  unconfirmed_calls: 'the log does not say how some calls ended that may have changed the file',
};

const KEPT: Readonly<Record<KeptFrom, string>> = {
  later_than_commit: 'it was made after the commit that brought the line',
  repeats_line: 'it repeats a line that was there before it',
  everyday_line: 'the line tells too little to be told from others like it',
  several_patches: 'another patch has the same line',
  not_carried: 'no state of the file carries the line from it to here',
};

const MOST_SHOWN = 10;

export function explainedLineView(page: Page, found: ExplainedLine): string {
  const { line, origin, target } = found;
  const title = `${oneLine(target.path, 200)}:${target.line}`;
  const head = `${paint(page, 'bold', title)}  ${oneLine(line.text, Math.max(20, page.columns - 30))}\n`;
  const from = `${oneLine(origin.path, 200)}:${origin.line}`;
  const commit =
    origin.commit === null
      ? 'in no commit yet'
      : `${origin.commit.slice(0, 8)} ${origin.time.slice(0, 10)} ${oneLine(origin.author, 40)}, ${oneLine(origin.subject ?? '', 60)} (${from})`;
  const chain = found.step === null ? unownedChain(page, found) : ownedChain(page, found);
  return `${head}\n${fields(page, [['commit', commit], ...chain])}${candidatesView(page, found)}`;
}

type Pairs = Array<readonly [name: string, value: string]>;

function ownedChain(page: Page, { line, step, anchors, looked_at }: ExplainedLine): Pairs {
  const firm = line.firmness === 'firm' ? 'firm' : 'provisional';
  return [
    [
      'owner',
      paint(
        page,
        'green',
        `${oneLine(line.agent ?? '', 40)} ${line.trace_id?.slice(0, 8)}:${line.step_index}`,
      ),
    ],
    ['patch', line.patch_id ?? 'none: commands of the step'],
    ['prompt', promptText(step?.prompt ?? null, page)],
    ['rule', `${line.tier} (${firm}): ${TIERS[line.tier as Tier]}`],
    ...anchorPairs(anchors),
    ['looked at', lookedText(looked_at)],
  ];
}

function unownedChain(page: Page, { reason_codes, looked_at }: ExplainedLine): Pairs {
  return [
    ['owner', paint(page, 'yellow', 'unknown')],
    ...reason_codes.map((code): readonly [string, string] => ['because', REASONS[code]]),
    ['looked at', lookedText(looked_at)],
  ];
}

function promptText(prompt: string | null, page: Page): string {
  return prompt === null ? 'none' : oneLine(prompt, Math.max(40, page.columns - 12));
}

function lookedText({ paths, patches, sessions, commits }: LookedAt): string {
  const names = paths
    .map((path) => oneLine(path, 60))
    .slice(0, 4)
    .join(', ');
  const more = paths.length > 4 ? ` and ${paths.length - 4} more` : '';
  return `${count(patches, 'patch', 'patches')} of ${count(sessions, 'session')} and ${count(commits, 'commit')} of ${names}${more}`;
}

function anchorPairs(anchors: readonly PatchAnchor[]): Pairs {
  const shown = anchors
    .slice(0, MOST_SHOWN)
    .map(({ commit, time, path, ranges }): readonly [string, string] => {
      const lines = ranges
        .map(({ start, end }) => (start === end ? `${start}` : `${start}-${end}`))
        .join(', ');
      return ['brought by', `${commit.slice(0, 8)} ${time.slice(0, 10)} ${oneLine(path, 60)}:${lines}`];
    });
  const more = anchors.length - shown.length;
  return more > 0 ? [...shown, ['brought by', `${count(more, 'more commit')}`]] : shown;
}

function candidatesView(page: Page, { candidates, candidates_more, line }: ExplainedLine): string {
  const others = candidates.filter(({ patch_id }) => patch_id !== line.patch_id);
  if (others.length === 0) return '';
  const shown = others.slice(0, MOST_SHOWN).map(candidateText).join('');
  const more = others.length - MOST_SHOWN + candidates_more;
  const rest = more > 0 ? `  and ${count(more, 'more')}\n`.replace('mores', 'more') : '';
  return `\n${paint(page, 'bold', 'Other patches with such a line')}\n${shown}${rest}`;
}

function candidateText({ patch_id, agent, time, match, kept_from }: Candidate): string {
  const same = match === 'exact' ? '' : ', but for white space';
  const why = kept_from.map((code) => KEPT[code]).join('; ');
  return `  ${printable(patch_id)}  ${oneLine(agent, 40)} ${time.slice(0, 16).replace('T', ' ')}${same}: ${why}\n`;
}

export function explainedPatchView(page: Page, found: ExplainedPatch): string {
  const { patch, step, anchors, current_state: state, looked_at } = found;
  const who = `${oneLine(step.agent, 40)} ${step.trace_id.slice(0, 8)}:${step.step_index}`;
  const made = patch.operations === null ? 'its text is not here' : patch.operations.join(', ');
  const lines =
    state === null ? '' : `, ${state.preserved_line_count} of ${count(state.authored_line_count, 'line')}`;
  return `${paint(page, 'bold', found.target.patch_id)}  ${oneLine(patch.path, 200)}\n\n${fields(page, [
    ['made by', paint(page, 'green', who)],
    ['time', patch.time.slice(0, 19).replace('T', ' ')],
    ['operation', made],
    ['prompt', promptText(step.prompt, page)],
    ...(anchors.length === 0 ? ([['brought by', 'no commit']] as const) : anchorPairs(anchors)),
    ['now', `${state?.current_survival ?? 'deletes only'}${lines}`],
    ['looked at', lookedText(looked_at)],
  ])}`;
}
