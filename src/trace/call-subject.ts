/** What a call was about, in a few words of its own arguments. */
import type { CallActivity } from './activity.ts';

/** Arguments that say it in the words of the model, the plainest first. */
const TELLING = 'description pattern query question subject title prompt plan message text name'.split(' ');
const LONGEST = 1_000;
const MOST_ITEMS = 20;

/** The command, the address, the skill or the files; else what the arguments say. Empty when they say nothing. */
export function subjectOf({ call, facts }: Pick<CallActivity, 'call' | 'facts'>): string {
  const files = [...facts.filesEdited, ...facts.filesRead].join(' ');
  const known = facts.command ?? facts.url ?? facts.webQuery ?? facts.skill ?? files;
  return known === '' ? subjectIn(call.input) : known;
}

function subjectIn(input: unknown): string {
  if (typeof input === 'string') return input.slice(0, LONGEST);
  if (typeof input !== 'object' || input === null || '$blob' in input) return '';
  const fields = new Map(Object.entries(input));
  const told = TELLING.map((key) => scalar(fields.get(key))).find((text) => text !== '');
  if (told !== undefined) return told;
  const values = [...fields.values()].slice(0, MOST_ITEMS);
  return joined(values.map(scalar)) || joined(values.map(listed));
}

/** Items of a plan or a list of questions. */
function listed(value: unknown): string {
  if (!Array.isArray(value)) return '';
  return value
    .slice(0, MOST_ITEMS)
    .map((item) => scalar(item) || scalar(item?.content) || scalar(item?.step) || subjectIn(flat(item)))
    .filter((text) => text !== '')
    .join('; ')
    .slice(0, LONGEST);
}

/** An item without the lists in it: however deep a model nests them, one level is looked at. */
function flat(item: unknown): unknown {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return null;
  return Object.fromEntries(Object.entries(item).filter(([, value]) => typeof value !== 'object'));
}

function scalar(value: unknown): string {
  if (typeof value === 'string') return value.slice(0, LONGEST).trim();
  return typeof value === 'number' ? String(value) : '';
}

function joined(texts: readonly string[]): string {
  return texts
    .filter((text) => text !== '')
    .join(' ')
    .slice(0, LONGEST);
}
