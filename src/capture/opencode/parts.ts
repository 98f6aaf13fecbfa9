/** Parts of a message: texts, thoughts, calls with their results, files. */
import { dataUrlAttachment } from '../shared/attachment.ts';
import { type Fields, filledOf, jsonOf, textOf } from '../shared/fields.ts';
import type { PartAt } from './message.ts';
import type { OpencodeState } from './session-state.ts';
import { readTool } from './tool-part.ts';

type PartReader = (state: OpencodeState, index: number, part: PartAt) => void;

/** Told elsewhere: in the message's own fields, or in the metadata of its step. */
const nothing: PartReader = () => undefined;

const READERS: ReadonlyMap<unknown, PartReader> = new Map<unknown, PartReader>([
  ['text', readText],
  ['reasoning', readReasoning],
  ['tool', readTool],
  ['file', readFile],
  ['subtask', (state, index, { fields }) => state.draft.grow(index, 'text', textOf(fields.prompt) ?? '')],
  ['agent', nothing],
  ['step-start', nothing],
  ['step-finish', nothing],
  ['snapshot', nothing],
  ['patch', nothing],
  ['retry', nothing],
  ['compaction', nothing],
]);

export function readPart(state: OpencodeState, index: number, part: PartAt): void {
  const reader = READERS.get(part.fields.type);
  if (reader) reader(state, index, part);
  else {
    const { draft } = state;
    draft.limits.add('unknown_block', part.entry, textOf(part.fields.type) ?? 'no type');
    draft.grow(index, 'text', jsonOf(part.fields));
  }
}

function readText({ draft }: OpencodeState, index: number, { fields }: PartAt): void {
  draft.grow(index, 'text', textOf(fields.text) ?? '');
}

function readReasoning({ draft }: OpencodeState, index: number, { fields }: PartAt): void {
  draft.ledger.tallies.thinkingBlocks += 1;
  draft.grow(index, 'thinking', textOf(fields.text) ?? '');
}

/** A file stands in the message as bytes, or by its name. */
function readFile({ draft }: OpencodeState, index: number, { fields }: PartAt): void {
  const attachment = dataUrlAttachment(fields.url);
  if (attachment) draft.ledger.addAttachment(index, attachment);
  else draft.grow(index, 'text', `[file: ${nameOf(fields)}]`);
}

function nameOf({ filename, url }: Fields): string {
  return filledOf(filename) ?? filledOf(url)?.slice(0, 4096) ?? 'unnamed';
}
