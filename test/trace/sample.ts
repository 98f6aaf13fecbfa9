/** Steps made in a few words: `ask` a request, `edit` files, `run` a command, `say` a text. */
import type { Observation, Step, ToolCall } from '../../src/record/step.ts';

export const TRACE = '00000000-0000-5000-8000-000000000001';

/** Builds a session step by step; each adds one step, `wait` moves the clock. */
export class Sample {
  readonly steps: Step[] = [];
  #minutes = 0;

  wait(minutes: number): this {
    this.#minutes += minutes;
    return this;
  }

  ask(content: string, kind: Step['kind'] = 'prompt'): this {
    return this.#add({ role: 'user', kind, content });
  }

  say(content: string): this {
    return this.#add({ role: 'agent', kind: 'model', content });
  }

  /** One edit per path. */
  edit(...paths: string[]): this {
    return this.calls(
      paths.map((path) => call('Edit', { file_path: path, old_string: 'a\n', new_string: 'b\nc\n' })),
    );
  }

  run(command: string, content = '', error?: string): this {
    return this.calls([call('Bash', { command })], { content, ...(error === undefined ? {} : { error }) });
  }

  calls(
    calls: readonly Omit<ToolCall, 'tool_call_id'>[],
    result: Partial<Observation> = { content: 'done' },
  ): this {
    const index = this.steps.length + 1;
    const made = calls.map((each, at) => ({ ...each, tool_call_id: `c${index}.${at}` }) as ToolCall);
    const observations = made.map(({ tool_call_id }) => ({ source_call_id: tool_call_id, ...result }));
    return this.#add({ role: 'agent', kind: 'model', tool_calls: made, observations });
  }

  /** Adds `more` to the step added last. */
  with(more: Partial<Step>): this {
    this.steps[this.steps.length - 1] = { ...this.steps.at(-1)!, ...more } as Step;
    return this;
  }

  #add(step: Partial<Step> & Pick<Step, 'role' | 'kind'>): this {
    this.#minutes += 0.5;
    const timestamp = new Date(Date.UTC(2026, 0, 5) + this.#minutes * 60_000).toISOString();
    const index = this.steps.length + 1;
    const origin = { line: index, offset: 0 };
    this.steps.push({
      tool_calls: [],
      observations: [],
      timestamp,
      origin,
      ...step,
      step_index: index,
    } as Step);
    return this;
  }
}

export function call(tool_name: string, input: unknown): Omit<ToolCall, 'tool_call_id'> {
  return { tool_name, input };
}
