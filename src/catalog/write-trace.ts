/** Writes one trace into the catalog: its row, and text and facets of segments that are new or changed. */
import { PreparedStatements, type Sqlite, type SqliteValue } from '../base/sqlite.ts';
import { SEGMENT_STEPS } from '../bucket/layout.ts';
import { callFactsOf } from '../record/call-facts.ts';
import { SkillReader, type SkillUse } from '../record/skills.ts';
import type { ObservedDependencies } from '../record/source.ts';
import { isPrompt, type Step, says, type ToolCall } from '../record/step.ts';
import { endedWell } from '../record/test-run.ts';
import { pinFact, skillFact, stepFacts } from './facts.ts';
import type { ReadSegment, ReadTrace, SegmentRef } from './read-trace.ts';
import { FIELDS, stepTexts } from './step-text.ts';
import { STEPS_PER_TRACE } from './store.ts';
import { TextTotals } from './text-totals.ts';
import { indexText } from './words.ts';
import { dropPatches, writePatches, writePlace } from './write-patches.ts';
import { type ReadTurn, type TurnRef, writeTurns } from './write-turns.ts';

interface FacetTally {
  first: number;
  last: number;
  count: number;
}

/** Statements are prepared once; everything happens in the caller's transaction. */
export class TraceWriter {
  readonly #totals: TextTotals;
  readonly #prepared: PreparedStatements;
  readonly #values = new Map<string, number>();

  constructor(database: Sqlite) {
    this.#prepared = new PreparedStatements(database);
    this.#totals = new TextTotals(database);
  }

  /** Ends the work on all traces, before the transaction is committed. */
  finish(): void {
    this.#totals.settle();
  }

  /**
   * Begins a trace: drops segments that are gone, changed, or have gaps, and those behind them, since a slash command of
   * one segment may be a skill of the next. Gives its number, the segments to add, which go in in order, and what
   * was indexed of those that are others now or gone.
   */
  begin({ copy, segments }: ReadTrace): { trace: number; wanted: SegmentRef[]; replaced: SegmentRef[] } {
    const trace = this.#numberOf(copy.traceId);
    this.#reserve(trace, copy.traceId);
    const rows = this.#all<{ first: number; oid: string; gaps: number }>(
      'SELECT first, oid, gaps FROM segments WHERE trace = ?',
      trace,
    );
    const known = new Map(rows.map(({ first, oid, gaps }) => [first, gaps === 0 ? oid : null]));
    const now = new Map(segments.map(({ first, oid }) => [first, oid]));
    const firsts = [...new Set([...known.keys(), ...now.keys()])].sort((left, right) => left - right);
    const changed = firsts.find((first) => known.get(first) !== now.get(first)) ?? Number.POSITIVE_INFINITY;
    for (const first of known.keys()) if (first >= changed) this.#dropSegment(trace, first);
    const wanted = segments.filter(({ first }) => first >= changed && first < STEPS_PER_TRACE);
    wanted.sort((left, right) => left.first - right.first);
    const replaced = rows.filter(({ first, oid }) => now.get(first) !== oid);
    return { trace, wanted, replaced };
  }

  knowsPins(oid: string): boolean {
    return this.#pinSet(oid) !== null;
  }

  /** What lock files pin, told once for all traces beside which the same was seen. */
  addPins(oid: string, packages: ObservedDependencies['packages']): void {
    this.#run('INSERT INTO pin_sets (oid) VALUES (?)', oid);
    const set = this.#pinSet(oid)!;
    for (const pin of packages) {
      const { name, value } = pinFact(pin);
      this.#run('INSERT OR IGNORE INTO pins VALUES (?, ?)', this.#valueNumber(name, value), set);
    }
  }

  #pinSet(oid: string): number | null {
    return this.#all<{ id: number }>('SELECT id FROM pin_sets WHERE oid = ?', oid)[0]?.id ?? null;
  }

  addSegment(trace: number, { first, oid, steps, gaps }: ReadSegment): void {
    const tallies = new Map<number, FacetTally>();
    const skills = new SkillReader(this.#openCommand(trace, first));
    let bytes = 0;
    for (const step of steps) {
      bytes += this.#addStep(trace, step, skills, tallies);
      writePatches(this.#run, trace, step);
    }
    for (const [value, { first: from, last, count }] of tallies) {
      this.#run('INSERT INTO facets VALUES (?, ?, ?, ?, ?, ?)', trace, first, value, from, last, count);
    }
    const { name, step_index: place } = skills.open ?? { name: null, step_index: null };
    const sql = 'INSERT INTO segments VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)';
    this.#run(
      sql,
      trace,
      first,
      oid,
      gaps,
      bytes,
      name,
      place,
      ...[lastStep(steps, isPrompt), lastStep(steps, says)],
    );
  }

  /** The slash command that the segment before ends with. */
  #openCommand(trace: number, first: number): SkillUse | null {
    const [row] = this.#all<{ name: string | null; step: number }>(
      'SELECT command AS name, command_step AS step FROM segments WHERE trace = ? AND first < ? ORDER BY first DESC LIMIT 1',
      ...[trace, first],
    );
    const name = row?.name ?? null;
    return name === null ? null : { name, source: 'command', step_index: row!.step };
  }

  /** Turns that are to be read, and numbers of those that are others now or gone. */
  changedTurns(trace: number, refs: readonly TurnRef[]): { wanted: TurnRef[]; gone: number[] } {
    const sql = 'SELECT turn, oid FROM observed_turns WHERE trace = ?';
    const known = new Map(
      this.#all<{ turn: number; oid: string }>(sql, trace).map(({ turn, oid }) => [turn, oid]),
    );
    const wanted = refs.filter(({ turn, oid }) => known.get(turn) !== oid);
    const now = new Map(refs.map(({ turn, oid }) => [turn, oid]));
    return { wanted, gone: [...known].flatMap(([turn, oid]) => (now.get(turn) === oid ? [] : [turn])) };
  }

  setTurns(trace: number, gone: readonly number[], read: readonly ReadTurn[]): void {
    writeTurns(this.#run, trace, gone, read);
  }

  /** Writes the trace's own row, once its segments are in. */
  end(trace: number, journal: number, { copy, meta, head, pins, cwd }: ReadTrace): void {
    writePlace(this.#run, trace, cwd);
    const [sums] = this.#all<{ gaps: number; bytes: number }>(
      'SELECT coalesce(sum(gaps), 0) AS gaps, coalesce(sum(text_bytes), 0) AS bytes FROM segments WHERE trace = ?',
      trace,
    );
    const pinSet = pins === null ? null : this.#pinSet(pins);
    const lost = (head === null ? 1 : 0) + (pins !== null && pinSet === null ? 1 : 0);
    this.#run(
      'INSERT OR REPLACE INTO traces VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      ...[trace, copy.traceId, journal, copy.tree, meta.agent, meta.model ?? null],
      ...[meta.project.id, meta.project.name, meta.parent_trace_id ?? null, meta.title],
      clip(head?.task.description ?? meta.title, 200),
      ...[timeOf(meta.timestamp_start), timeOf(meta.timestamp_end ?? meta.timestamp_start), meta.step_count],
      this.#success(trace, head?.outcome.success ?? null),
      this.#lastStep(trace, 'commit.sha') === null ? 0 : 1,
      ...[sums!.gaps + lost, sums!.bytes, pinSet],
    );
  }

  /** A trace of which nothing can be read: found by its id only, so that `freshness` can tell of it. */
  endUnreadable(traceId: string, journal: number, tree: string): void {
    this.drop(traceId);
    const trace = this.#numberOf(traceId);
    this.#reserve(trace, traceId);
    this.#run('UPDATE traces SET journal = ?, tree = ?, gaps = 1 WHERE id = ?', journal, tree, trace);
  }

  /** Takes a trace out; false when it was not in. What it leaves behind in the file is for `purge`. */
  drop(traceId: string): boolean {
    const [row] = this.#all<{ id: number }>('SELECT id FROM traces WHERE trace_id = ?', traceId);
    if (row === undefined) return false;
    for (const { first } of this.#all<{ first: number }>(
      'SELECT first FROM segments WHERE trace = ?',
      row.id,
    )) {
      this.#dropSegment(row.id, first);
    }
    writePlace(this.#run, row.id, null);
    this.setTurns(row.id, this.changedTurns(row.id, []).gone, []);
    this.#run('DELETE FROM traces WHERE id = ?', row.id);
    return true;
  }

  #numberOf(traceId: string): number {
    const [row] = this.#all<{ id: number }>('SELECT id FROM traces WHERE trace_id = ?', traceId);
    if (row !== undefined) return row.id;
    const [next] = this.#all<{ id: number }>('SELECT coalesce(max(id), 0) + 1 AS id FROM traces');
    return next!.id;
  }

  /** Takes a number before any row uses it: a build that is killed leaves no rows of nobody. */
  #reserve(trace: number, traceId: string): void {
    const sql =
      "INSERT OR IGNORE INTO traces VALUES (?, ?, 0, '', '', NULL, '', '', NULL, NULL, NULL, NULL, NULL, 0, NULL, 0, 0, 0, NULL)";
    this.#run(sql, trace, traceId);
  }

  #dropSegment(trace: number, first: number): void {
    const from = trace * STEPS_PER_TRACE + first;
    const to = from + SEGMENT_STEPS - 1;
    this.#totals.deleteRows(from, to);
    this.#run('DELETE FROM step_times WHERE id BETWEEN ? AND ?', from, to);
    this.#run('DELETE FROM facets WHERE trace = ? AND segment = ?', trace, first);
    dropPatches(this.#run, trace, first, first + SEGMENT_STEPS - 1);
    this.#run('DELETE FROM segments WHERE trace = ? AND first = ?', trace, first);
  }

  /** Gives the bytes of text that went into the index. */
  #addStep(trace: number, step: Step, skills: SkillReader, tallies: Map<number, FacetTally>): number {
    const known = new Map(step.tool_calls.map((call) => [call, callFactsOf(call)]));
    const factsOf = (call: ToolCall) => known.get(call)!;
    const texts = stepTexts(step, factsOf);
    const columns = FIELDS.map((field) => texts[field]);
    for (const { name, value } of stepFacts(step, factsOf)) {
      tally(tallies, this.#valueNumber(name, value), step.step_index);
    }
    for (const use of skills.read(step, factsOf)) {
      const { name, value } = skillFact(use.name);
      if (value !== '') tally(tallies, this.#valueNumber(name, value), use.step_index);
    }
    if (columns.every((text) => text === '')) return 0;
    const sql = `INSERT INTO texts (rowid, ${FIELDS.map((field) => `${field}_text`).join(', ')}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;
    const row = trace * STEPS_PER_TRACE + step.step_index;
    this.#run(sql, row, ...columns.map(indexText));
    const time = timeOf(step.timestamp ?? null);
    if (time !== null) this.#run('INSERT OR REPLACE INTO step_times VALUES (?, ?)', row, time);
    return columns.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  }

  #valueNumber(name: string, value: string): number {
    const key = `${name}\0${value}`;
    let number = this.#values.get(key);
    if (number === undefined) {
      if (this.#values.size >= MOST_VALUES) this.#values.clear();
      this.#run('INSERT OR IGNORE INTO facet_values (name, value) VALUES (?, ?)', name, value);
      const sql = 'SELECT id FROM facet_values WHERE name = ? AND value = ?';
      number = this.#all<{ id: number }>(sql, name, value)[0]!.id;
      this.#values.set(key, number);
    }
    return number;
  }

  #success(trace: number, recorded: boolean | null): number | null {
    const passed = this.#lastStep(trace, 'test.result', 'passed');
    const failed = this.#lastStep(trace, 'test.result', 'failed');
    const success = endedWell(recorded, { passed, failed });
    return success === null ? null : Number(success);
  }

  #lastStep(trace: number, name: string, value: string | null = null): number | null {
    const sql =
      'SELECT max(f.last) AS step FROM facets f JOIN facet_values v ON v.id = f.value WHERE f.trace = ? AND v.name = ? AND (? IS NULL OR v.value = ?)';
    return this.#all<{ step: number | null }>(sql, trace, name, value, value)[0]!.step;
  }

  readonly #run = (sql: string, ...values: readonly SqliteValue[]): void => {
    this.#prepared.of(sql).run(...values);
  };

  #all<Row>(sql: string, ...values: readonly SqliteValue[]): Row[] {
    return this.#prepared.of(sql).all<Row>(...values);
  }
}

const MOST_VALUES = 100_000;

function tally(tallies: Map<number, FacetTally>, value: number, step: number): void {
  const found = tallies.get(value);
  if (found === undefined) tallies.set(value, { first: step, last: step, count: 1 });
  else {
    found.first = Math.min(found.first, step);
    found.last = Math.max(found.last, step);
    found.count += 1;
  }
}

/** Milliseconds since 1970; null for no time, and for one that is none. */
function timeOf(timestamp: string | null): number | null {
  const time = timestamp === null ? Number.NaN : Date.parse(timestamp);
  return Number.isNaN(time) ? null : time;
}

function clip(text: string | null, length: number): string | null {
  return text === null ? null : text.slice(0, length).toWellFormed();
}

/** Number of the last step that is so; null when none is. */
function lastStep(steps: readonly Step[], isSo: (step: Step) => boolean): number | null {
  return steps.findLast(isSo)?.step_index ?? null;
}
