// What the program says of commits, against what transcripts show.
import { linesBrought, linesTaken } from './commits.mjs';

/**
 * @typedef {object} Evidence
 * @property {(session: string, path: string, text: string, until: number) => number} wrote how often on this path, by then
 * @property {(session: string, path: string, text: string) => boolean} wroteSomewhere the line on any path, or on this
 * one a part of it, white space aside
 * @property {(line: {session: string, path: string, text: string, time: number}) => string} shown how the transcript of
 * an attributed line shows it: what is not `written` is to be judged by hand
 * @property {(session: string, paths: Set<string>) => 'none' | 'others' | 'these'} touched files with edits
 */

/** Looks up lines that sessions wrote. @param {Map<string, import('./transcript.mjs').ShownEdit[]>} editsOf @returns {Evidence} */
export function evidenceOf(editsOf) {
  const written = new Map();
  const anywhere = new Map();
  for (const [session, edits] of editsOf) {
    const byText = new Map();
    const texts = { whole: new Set(), parts: [] };
    for (const { path, time, lines, all, ends } of edits) {
      for (const line of all) texts.whole.add(squeezed(line));
      for (const part of ends.map(squeezed)) if (part.length >= 3) texts.parts.push({ path, part });
      for (const line of lines) byText.set(line, [...(byText.get(line) ?? []), { path, time }]);
    }
    written.set(session, byText);
    anywhere.set(session, texts);
  }
  return {
    wrote: (session, path, text, until) =>
      (written.get(session)?.get(text) ?? []).filter((edit) => isFile(edit.path, path) && edit.time <= until)
        .length,
    wroteSomewhere: (session, path, text) => {
      const { whole, parts } = anywhere.get(session) ?? { whole: new Set(), parts: [] };
      const line = squeezed(text);
      return whole.has(line) || parts.some((end) => isFile(end.path, path) && line.includes(end.part));
    },
    shown({ session, path, text, time }) {
      if (this.wrote(session, path, text, time) > 0) return 'written';
      return this.wroteSomewhere(session, path, text) ? 'repeated, in part or elsewhere' : 'no';
    },
    touched: (session, paths) => {
      const edits = editsOf.get(session) ?? [];
      if (edits.length === 0) return 'none';
      return edits.some((edit) => [...paths].some((path) => isFile(edit.path, path))) ? 'these' : 'others';
    },
  };
}

function isFile(written, path) {
  return written === path || written.endsWith(`/${path}`);
}

function squeezed(text) {
  return text.replace(/\s+/g, '');
}

/** Enough to tell who wrote it: a letter or digit, and eight characters that are no white space. */
function isTelling(text) {
  return /[\p{L}\p{N}]/u.test(text) && squeezed(text).length >= 8;
}

/** Seconds that a checkpoint may be older than its commit. */
const OWN_S = 120;

/**
 * One commit. `owners` has by `path:line` who the program says wrote it, `relations` the sessions it names; `named` when the
 * checkpoint was made of each session that the trailer names: where all are much older, it was that of another commit.
 * @returns {object} the sessions named and found, counts of lines, and the lines in question
 */
export function judgeCommit({ repository, commit, named: checkpoints, owners, relations, evidence }) {
  const named = new Set(checkpoints.keys());
  const lines = linesBrought(repository, commit.id);
  const verdict = {
    commit,
    named: [...named],
    found: new Map(),
    verbatim: 0,
    attributed: 0,
    missed: [],
    others: [],
  };
  const taken = new Set(linesTaken(repository, commit.id).map(squeezed));
  for (const { path, line } of lines) {
    const owner = owners.get(`${path}:${line}`);
    if (owner !== undefined) verdict.found.set(owner.session, (verdict.found.get(owner.session) ?? 0) + 1);
  }
  for (const alike of equalLines(lines)) {
    const [{ path, text }] = alike;
    if (!isTelling(text)) continue;
    const times = [...named].reduce((sum, each) => sum + evidence.wrote(each, path, text, commit.time), 0);
    const isOften = alike.length > 1;
    const where = isOften ? 'more than once in the commit' : 'once in the commit';
    const cause = taken.has(squeezed(text))
      ? 'it was there before, elsewhere or with other white space'
      : where;
    judgeLines(verdict, alike, { times, owners, named, evidence, cause });
  }
  verdict.isOwn = [...checkpoints.values()].some((made) => made >= commit.authored - OWN_S);
  verdict.relations = judged(relations, named);
  verdict.by = verdict.relations.find(({ isNamed }) => isNamed)?.relation ?? null;
  verdict.matched = verdict.by !== null;
  verdict.cause = verdict.matched ? null : causeOf(verdict, lines, evidence);
  return verdict;
}

/** Lines of one path with one text, together. */
function equalLines(lines) {
  const byText = new Map();
  for (const line of lines) {
    const key = `${line.path}\0${line.text}`;
    byText.set(key, [...(byText.get(key) ?? []), line]);
  }
  return byText.values();
}

/** Of equal lines the transcripts show as many as they wrote: those with an owner first. */
function judgeLines(verdict, alike, { times, owners, named, evidence, cause }) {
  const ownerOf = ({ path, line }) => owners.get(`${path}:${line}`);
  const isWriter = (each) => {
    const { session } = ownerOf(each);
    return named.has(session) || evidence.wroteSomewhere(session, each.path, each.text);
  };
  const owned = alike.filter((each) => ownerOf(each) !== undefined);
  const right = owned.filter(isWriter);
  const others = owned.filter((each) => !isWriter(each));
  const open = alike.filter((each) => ownerOf(each) === undefined);
  const shown = [...right, ...others, ...open].slice(0, times);
  verdict.verbatim += shown.length;
  verdict.attributed += Math.min(right.length, times);
  for (const each of shown.slice(right.length))
    if (others.includes(each)) verdict.others.push({ ...each, owner: ownerOf(each) });
    else verdict.missed.push({ ...each, cause });
}

/** Each session once for each relation, and whether the trailer names it. */
function judged(relations, named) {
  const seen = new Map(relations.map((each) => [`${each.relation} ${each.session}`, each]));
  return [...seen.values()].map((each) => ({ ...each, isNamed: named.has(each.session) }));
}

/** Why no session that the trailer names is found. */
function causeOf({ named, found, verbatim, isOwn }, lines, evidence) {
  if (!isOwn) return 'the trailer repeats the checkpoint of an earlier commit';
  if (lines.length === 0) return 'the commit brought no line of text';
  const paths = new Set(lines.map(({ path }) => path));
  const touched = named.map((session) => evidence.touched(session, paths));
  if (verbatim > 0)
    return found.size > 0 ? 'all lines are those of other sessions' : 'lines are there, but without an owner';
  if (touched.includes('these'))
    return 'no line of the commit is in the transcript, though its files are edited there';
  return touched.includes('others') ? 'the transcript edits other files' : 'the transcript has no edit';
}

/** Lines with an owner whose transcript never shows them: each is wrong, or was made by other means than edit tools. */
export function neverWritten(attributed, evidence) {
  return attributed.filter(
    ({ session, path, text }) => isTelling(text) && !evidence.wroteSomewhere(session, path, text),
  );
}
