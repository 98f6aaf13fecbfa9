/**
 * What was seen at a session's starts, laid over its nodes: no transcript tells of instruction files and of names of
 * variables. Each start holds from the first step behind it on.
 */
import { OtError } from '../base/errors.ts';
import { SEGMENT_STEPS } from '../bucket/layout.ts';
import { readSteps } from '../bucket/steps.ts';
import type { TraceFolder } from '../bucket/trace-folder.ts';
import { hashObject } from '../git/object-codec.ts';
import type { HashAlgorithm } from '../git/ports.ts';
import type { ContextNode, FactLayer, LayerValue } from '../record/context.ts';
import type { InstructionFile, ObservedStart, SessionStart } from '../record/start.ts';
import type { BlobRef } from '../record/step.ts';

/** Keys of files in the `system` layer: this, the scope, the absolute path. */
const INSTRUCTIONS_KEY = 'instructions/';
/** Key of the `system` layer that says why not all of it was seen. */
export const UNSEEN_KEY = 'instructions_not_seen';
const VARIABLES_KEY = 'environment_names';

/** The hook of a start ends a little after the agent has begun to write. */
const SLACK_MS = 5_000;
/** Times of files are told in steps of this, at most. */
const FILE_TIME_MS = 20;
/** As many as a capture keeps; a pulled record may hold any number. */
const MOST_STARTS = 16;
const MOST_FILES = 64;

/** Nodes with what was seen, and the texts of the files by the id that their values name. */
export interface WithStarts {
  readonly nodes: Map<number, ContextNode>;
  readonly texts: ReadonlyMap<string, string>;
}

/** `stored`: nodes as they are read meanwhile. */
export async function withStarts(
  stored: Promise<Map<number, ContextNode>>,
  folder: TraceFolder,
  steps: number,
): Promise<WithStarts> {
  const texts = new Map<string, string>();
  const [nodes, seen] = await Promise.all([stored, startOf(folder)]);
  if (seen === 'damaged') overlay(nodes, 1, new Map(), new Map([unseenFact(['start_not_here'])]));
  else if (seen !== null) await layOver(nodes, seen, { folder, steps, texts });
  return { nodes, texts };
}

async function startOf(folder: TraceFolder): Promise<ObservedStart | 'damaged' | null> {
  try {
    return await folder.start();
  } catch (error) {
    if (error instanceof OtError && error.kind === 'corrupt') return 'damaged';
    throw error;
  }
}

interface Laying {
  readonly folder: TraceFolder;
  readonly steps: number;
  readonly texts: Map<string, string>;
}

/** Of starts with no step between them the last one counts. */
async function layOver(nodes: Map<number, ContextNode>, seen: ObservedStart, laying: Laying): Promise<void> {
  const { folder, steps, texts } = laying;
  const byStep = new Map<number, SessionStart>();
  for (const start of seen.starts.slice(0, MOST_STARTS)) {
    const step = await firstStepSince(folder, steps, Date.parse(start.at) - SLACK_MS);
    if (step !== null) byStep.set(step, start);
  }
  let before: Facts = new Map();
  for (const [step, start] of [...byStep].sort(([left], [right]) => left - right)) {
    const now = factsOf(start, seen.texts, { algorithm: folder.algorithm, texts });
    overlay(nodes, step, before, now);
    before = now;
  }
}

/** The file behind a key of the `system` layer; null for another key. */
export function instructionOf(key: string): { readonly path: string; readonly scope: string } | null {
  const match = /^instructions\/(user|project)(.*)$/s.exec(key);
  return match === null ? null : { path: match[2]!, scope: match[1]! };
}

/** True for a layer of which a part was seen at a start. */
export function wasSeen({ values }: { readonly values: ReadonlyMap<string, unknown> }): boolean {
  return [...values.keys()].some((key) => key === VARIABLES_KEY || key.startsWith(INSTRUCTIONS_KEY));
}

/** Values by layer and key. */
interface Fact {
  readonly layer: FactLayer;
  readonly key: string;
  readonly value: LayerValue;
}

type Facts = ReadonlyMap<string, Fact>;

function unseenFact(reasons: readonly string[]): [string, Fact] {
  return [UNSEEN_KEY, { layer: 'system', key: UNSEEN_KEY, value: [...new Set(reasons)] }];
}

interface Taking {
  readonly algorithm: HashAlgorithm;
  readonly texts: Map<string, string>;
}

function factsOf(start: SessionStart, all: readonly string[], taking: Taking): Facts {
  const facts = new Map<string, Fact>();
  const note = (layer: FactLayer, key: string, value: LayerValue): void => {
    facts.set(`${layer}\0${key}`, { layer, key, value });
  };
  const files = start.files.slice(0, MOST_FILES);
  const unseen: string[] = [];
  for (const file of files) {
    const blob = takeText(file, all, taking);
    if (blob !== null) note('system', `${INSTRUCTIONS_KEY}${file.scope}${file.path}`, blob);
    unseen.push(
      ...(blob === null ? [`instruction_file_${file.omitted ?? 'damaged'}`] : whyDoubtful(file, start)),
    );
  }
  if (unseen.length > 0) facts.set(...unseenFact(unseen));
  if (start.environment_names !== null) note('runtime_state', VARIABLES_KEY, start.environment_names);
  return facts;
}

/** Reference to the text of a file, which is then in `texts`; null when it has none, or another than it says. */
function takeText(
  file: InstructionFile,
  all: readonly string[],
  { algorithm, texts }: Taking,
): BlobRef | null {
  const text = file.text === undefined ? undefined : all[file.text];
  if (text === undefined) return null;
  const data = Buffer.from(text, 'utf8');
  const oid = hashObject(algorithm, 'blob', data);
  if (oid !== file.blob) return null;
  texts.set(oid, text);
  return { $blob: oid, bytes: data.length };
}

/** A file that changed after the start may not be what the agent read. */
function whyDoubtful({ modified_at }: InstructionFile, { at }: SessionStart): string[] {
  const isLater = Date.parse(modified_at) > Date.parse(at) + FILE_TIME_MS;
  return isLater ? ['instruction_file_changed_since'] : [];
}

/** What the session itself tells at that step counts before what was seen. */
function overlay(nodes: Map<number, ContextNode>, step: number, before: Facts, now: Facts): void {
  const node = nodes.get(step);
  if (node === undefined) return;
  const layers: Partial<Record<FactLayer, Record<string, LayerValue>>> = {};
  const set = (layer: FactLayer, key: string, value: LayerValue): void => {
    layers[layer] ??= Object.create(null) as Record<string, LayerValue>;
    layers[layer][key] = value;
  };
  for (const [name, { layer, key }] of before) if (!now.has(name)) set(layer, key, null);
  for (const { layer, key, value } of now.values()) set(layer, key, value);
  for (const [layer, change] of Object.entries(node.layers ?? {})) {
    for (const [key, value] of Object.entries(change ?? {}))
      set(layer as FactLayer, key, value as LayerValue);
  }
  nodes.set(step, { ...node, layers });
}

/** First step at `time` or later; null when all are before it. Times of steps do not go back by more than a little. */
async function firstStepSince(folder: TraceFolder, steps: number, time: number): Promise<number | null> {
  const last = Math.ceil(steps / SEGMENT_STEPS) - 1;
  let [low, high] = [0, last];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((await stepSince(folder, middle, time)) === null) low = middle + 1;
    else high = middle;
  }
  return last < 0 ? null : stepSince(folder, low, time);
}

/** A segment that cannot be read tells nothing. */
async function stepSince(folder: TraceFolder, segment: number, time: number): Promise<number | null> {
  const first = segment * SEGMENT_STEPS + 1;
  const steps = await readSteps(folder, first, first + SEGMENT_STEPS - 1).catch(orNone);
  const found = steps.find(({ timestamp }) => timestamp != null && Date.parse(timestamp) >= time);
  return found?.step_index ?? null;
}

function orNone(error: unknown): never[] {
  if (error instanceof OtError && error.kind === 'corrupt') return [];
  throw error;
}
