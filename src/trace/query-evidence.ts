/** What of a step shows that it passes a filter: the run of tests, the edit, the command. */
import { callFactsIn, type Fact } from '../catalog/facts.ts';
import { type Field, type StepTexts, stepTexts } from '../catalog/step-text.ts';
import { type CallFacts, callFactsOf } from '../record/call-facts.ts';
import type { Observation, Step, ToolCall } from '../record/step.ts';
import { failurePlace } from '../record/test-run.ts';
import { beforeBlank } from './preview.ts';
import { type Excerpt, openingOf, WINDOW } from './query-excerpt.ts';

/** Passages of the call that `fact` is told from; the step's opening where no call tells it. */
export function evidenceOf(step: Step, fact: Fact): Excerpt[] {
  const found = step.tool_calls.map((call) => evidenceIn(step, call, fact)).find((each) => each.length > 0);
  return found ?? openingOf(stepTexts(step));
}

/** Empty for a call that does not tell the fact. */
function evidenceIn(step: Step, call: ToolCall, { name, value }: Fact): Excerpt[] {
  const facts = callFactsOf(call);
  const result = step.observations.find((each) => each.source_call_id === call.tool_call_id);
  const told = callFactsIn(call, facts, result).some((each) => each.name === name && each.value === value);
  const isError = name === 'error' && result?.error === value;
  const isSkill = name === 'skill.name' && facts.skill === value;
  if (!told && !isError && !isSkill) return [];
  const texts = textsOf(step, call, result);
  const input = { field: 'input', text: facts.command ?? texts.input } as const;
  const { output } = texts;
  switch (name) {
    case 'file.edit':
    case 'file.read':
      return passages([
        { field: 'path', text: value },
        { field: 'input', text: changeIn(call, facts, input.text, value) },
      ]);
    case 'test.framework':
    case 'test.result':
      return passages([
        { field: 'output', text: output, at: lineStart(output, failurePlace(output)) },
        input,
      ]);
    case 'error':
      return passages([{ field: 'output', text: output }, input]);
    case 'commit.sha':
      return passages([
        { field: 'output', text: output, at: lineStart(output, output.indexOf(value)) },
        input,
      ]);
    default:
      return passages([{ ...input, at: farPlace(input.text, value.split('@', 1)[0]!) }]);
  }
}

/** As the index has the texts of a step, of one call alone. */
function textsOf(step: Step, call: ToolCall, result: Observation | undefined): StepTexts {
  return stepTexts({ ...step, tool_calls: [call], observations: result === undefined ? [] : [result] });
}

/** Arguments that hold what a file gets, the plainest first. */
const NEW_TEXT = ['new_string', 'new_str', 'newString', 'insert_text', 'content', 'file_text'] as const;

/** What an edit gave the file; of a patch, from where it names the file. */
function changeIn(call: ToolCall, { filesEdited }: CallFacts, text: string, path: string): string {
  if (!filesEdited.includes(path)) return text;
  const input = (call.input ?? {}) as Readonly<Record<string, unknown>>;
  for (const key of NEW_TEXT) {
    const value = Object.hasOwn(input, key) ? input[key] : undefined;
    if (typeof value === 'string' && value !== '') return value;
  }
  return text.slice(Math.max(0, text.indexOf(path)));
}

/** Where a word stands that the beginning of the text would not show. */
function farPlace(text: string, word: string): number {
  const place = text.indexOf(word);
  return place > WINDOW / 2 ? place : 0;
}

function lineStart(text: string, place: number): number {
  return place <= 0 ? place : text.lastIndexOf('\n', place - 1) + 1;
}

interface Passage {
  readonly field: Field;
  readonly text: string;
  /** Where it begins; negative when that is not known. */
  readonly at?: number;
}

/** Without those that say nothing. */
function passages(wanted: readonly Passage[]): Excerpt[] {
  return wanted.flatMap(({ field, text, at = 0 }) => {
    const shown = window(text, Math.max(0, at));
    return shown === '' ? [] : [{ field, text: shown, highlights: [] }];
  });
}

function window(text: string, start: number): string {
  return text
    .slice(start, beforeBlank(text, start + WINDOW, start))
    .toWellFormed()
    .trim();
}
