// From verdicts to numbers, and to words.
import { random } from '../random.mjs';

/** Missed lines that a report names. */
const MOST_LINES = 5000;

export function summaryOf({ verdicts, attributed, never }) {
  const count = (of) => verdicts.reduce((sum, verdict) => sum + of(verdict), 0);
  const matched = count((verdict) => (verdict.matched ? 1 : 0));
  const shown = verdicts.filter(({ verbatim }) => verbatim > 0);
  const own = verdicts.filter(({ isOwn }) => isOwn);
  const ownMatched = own.filter((verdict) => verdict.matched).length;
  const missed = verdicts.flatMap(({ commit, missed: lines }) =>
    lines.map((line) => ({ commit: commit.id, ...line })),
  );
  return {
    commits: {
      readable: verdicts.length,
      matched,
      share: share(matched, verdicts.length),
      with_lines_shown: shown.length,
      matched_of_those: share(shown.filter((verdict) => verdict.matched).length, shown.length),
      own_checkpoint: own.length,
      matched_of_own: share(ownMatched, own.length),
      matched_by: tally(verdicts.flatMap(({ by }) => by ?? [])),
      relations: relationsOf(verdicts),
      unmatched_by_cause: tally(verdicts.filter(({ cause }) => cause !== null).map(({ cause }) => cause)),
    },
    verbatim_lines: {
      shown: count(({ verbatim }) => verbatim),
      attributed: count((verdict) => verdict.attributed),
      share: share(
        count((verdict) => verdict.attributed),
        count(({ verbatim }) => verbatim),
      ),
      to_another_session: count(({ others }) => others.length),
      missed: missed.length,
      missed_by_cause: tally(missed.map(({ cause }) => cause)),
      missed_by_commit: worst(missed),
      missed_lines: missed.slice(0, MOST_LINES),
    },
    attributed_lines: {
      all: attributed.length,
      never_shown: never.length,
      by_tier: tally(attributed.map(({ tier }) => tier)),
      examples: never.slice(0, 50),
    },
    unmatched: verdicts
      .filter(({ cause }) => cause !== null)
      .map(({ commit, named, found, verbatim, cause }) => ({
        commit: commit.id,
        subject: commit.subject,
        named,
        found: Object.fromEntries(found),
        verbatim,
        cause,
      })),
    others: verdicts
      .flatMap(({ commit, others }) => others.map((line) => ({ commit: commit.id, ...line })))
      .slice(0, 50),
  };
}

/** Of each relation the sessions it gives that the trailer names, and those it does not name; apart where the checkpoint is the commit's own. */
function relationsOf(verdicts) {
  const counts = {};
  for (const { isOwn, relations } of verdicts) {
    for (const { relation, isNamed } of relations) {
      const key = `${isNamed ? 'named' : 'others'}${isOwn ? '' : '_of_repeated'}`;
      counts[relation] ??= { named: 0, others: 0, named_of_repeated: 0, others_of_repeated: 0 };
      counts[relation][key] += 1;
    }
  }
  return counts;
}

/** Lines drawn at random, the same for the same seed. */
export function sampleOf(attributed, size, seed) {
  const next = random(seed);
  const left = attributed.filter(({ text }) => /[\p{L}\p{N}]/u.test(text));
  const drawn = [];
  while (drawn.length < size && left.length > 0)
    drawn.push(...left.splice(Math.floor(next() * left.length), 1));
  return drawn;
}

function share(part, whole) {
  return whole === 0 ? null : Math.round((part / whole) * 10_000) / 10_000;
}

function tally(values) {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([, left], [, right]) => right - left));
}

function worst(missed) {
  const byCommit = Object.entries(tally(missed.map(({ commit }) => commit))).slice(0, 20);
  return byCommit.map(([commit, lines]) => ({
    commit,
    lines,
    first: missed.find((line) => line.commit === commit),
  }));
}

export function renderReport(report) {
  const {
    repository,
    times_ms: times,
    commits,
    verbatim_lines: lines,
    attributed_lines: all,
    sample,
  } = report;
  const causes = (tallied) =>
    Object.entries(tallied).map(([cause, count]) => `    ${String(count).padStart(6)}  ${cause}`);
  const relations = Object.entries(commits.relations).map(([relation, { named, others, ...repeated }]) => {
    const { named_of_repeated: stale, others_of_repeated: other } = repeated;
    return `    ${relation.padEnd(10)} ${named} named by the trailer, ${others} not; where it repeats another one ${stale}, ${other}`;
  });
  return [
    `commits with a trailer          ${repository.commits_with_trailer}`,
    `  with a transcript to read     ${commits.readable} (${repository.transcripts} transcripts)`,
    ...causes(repository.transcripts_unreadable),
    `  only a sub-agent's is there   ${repository.named_by_subagents_only}`,
    `  a session of it matched       ${commits.matched} (${percent(commits.share)}; bar 95%)`,
    ...causes(commits.matched_by),
    `  the checkpoint is its own     ${commits.own_checkpoint} (${percent(commits.matched_of_own)} of them matched)`,
    '  sessions by relation',
    ...relations,
    `  the transcript shows lines    ${commits.with_lines_shown} (${percent(commits.matched_of_those)} of them matched)`,
    '  unmatched, by cause',
    ...causes(commits.unmatched_by_cause),
    `lines the transcript shows      ${lines.shown}`,
    `  attributed                    ${lines.attributed} (${percent(lines.share)}; bar 98%)`,
    `  to a session that shows none  ${lines.to_another_session}`,
    `  without an owner              ${lines.missed}`,
    ...causes(lines.missed_by_cause),
    `lines with an owner             ${all.all}`,
    `  its transcript never shows    ${all.never_shown}`,
    ...causes(all.by_tier),
    `drawn to judge by hand          ${sample.length}, as the transcript shows them`,
    ...causes(tally(sample.map(({ shown }) => shown))),
    `capture ${times.capture} ms, trail sync ${times.sync} ms, again ${times.sync_again} ms`,
    '',
  ].join('\n');
}

function percent(value) {
  return value === null ? 'none' : `${(value * 100).toFixed(2)}%`;
}
