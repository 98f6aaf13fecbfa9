/** Input made to hurt: depth, length, dangerous names, floods. */
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../../src/base/canonical-json.ts';
import { claudeJsonl } from '../../../src/capture/claude-code/index.ts';
import { type Outcome, runFully } from '../shared/support.ts';

function parse(text: string | Buffer): Outcome {
  const bytes = typeof text === 'string' ? Buffer.from(text, 'utf8') : text;
  return runFully(bytes, { sessionId: 's', makeParse: (options) => claudeJsonl.parse(options) });
}

function codes({ facts }: Outcome): string[] {
  return facts.limitations.map(({ code }) => code);
}

function call(input: string, id = 'c'): string {
  return `{"type":"assistant","message":{"id":"m","content":[{"type":"tool_use","id":"${id}","name":"Bash","input":${input}}]}}`;
}

const deep = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

describe('hostile input', () => {
  test('nested 10,000 deep in arguments stays in the source, and the record can be written', () => {
    const outcome = parse(`${call(deep(10_000))}\n`);
    expect(codes(outcome)).toContain('deep_nesting');
    expect(outcome.steps[0]?.tool_calls[0]?.input).toEqual({ unread: 'nested too deep' });
    canonicalJson(outcome.steps[0]);
  });

  test('nested 150 deep is kept as it is', () => {
    expect(parse(call(deep(150))).steps[0]?.tool_calls[0]?.input).toEqual(JSON.parse(deep(150)));
  });

  test.each([
    ['user content', `{"type":"user","message":{"content":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`],
    ['an attachment', `{"type":"attachment","attachment":{"type":"x","content":${deep(10_000)}}}`],
    [
      'a result',
      `{"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"c","content":[${deep(10_000)}]}]}}`,
    ],
    ['a queue operation', `{"type":"queue-operation","operation":"enqueue","content":${deep(10_000)}}`],
    ['an api error', `{"type":"system","subtype":"api_error","error":${deep(10_000)}}`],
    ['nothing known', deep(10_000)],
    ['an unclosed line', '['.repeat(100_000)],
    ['an unclosed object', '{"a":'.repeat(100_000)],
  ])('nested deep in %s is no failure', (_, line) => {
    const outcome = parse(`${line}\n`);
    for (const step of outcome.steps) canonicalJson(step);
    canonicalJson(outcome.facts.head);
  });
});

describe('hostile names and amounts', () => {
  test('dangerous keys and names are only names', () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
    const lines = names.flatMap((name) => [
      `{"type":"${name}"}`,
      `{"type":"system","subtype":"${name}","content":"x"}`,
      `{"type":"progress","data":{"type":"${name}"}}`,
      `{"type":"assistant","message":{"id":"${name}","model":"${name}","content":[{"type":"tool_use","id":"${name}","name":"${name}","input":{"${name}":{"polluted":1}}}]}}`,
    ]);
    const { facts, steps } = parse(lines.join('\n'));
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(Object.getPrototypeOf(facts.head.metadata)).toBe(Object.prototype);
    expect(steps.filter(({ kind }) => kind === 'model').map(({ model }) => model)).toEqual(names);
    expect(Object.entries(facts.head.metadata.tools as object)).toEqual(names.map((name) => [name, 1]));
  });

  test('a line of 2 MB is one step, whole', () => {
    const text = 'long '.repeat(400_000);
    const { steps } = parse(`{"type":"user","message":{"content":"${text}"}}\n`);
    expect(steps[0]?.content).toBe(text);
  });

  test.each([
    ['objects glued on one line', '{"type":"user","message":{"content":"x"}}'.repeat(20_000)],
    ['broken objects glued on one line', '{"type":"user",}'.repeat(50_000)],
    ['openings of entries', '{"parentUuid":'.repeat(50_000)],
    ['quotes', '"'.repeat(500_000)],
    ['backslashes', `{"a":"${'\\'.repeat(500_001)}`],
    ['escaped quotes in the open', `{"a":"${'\\"'.repeat(300_000)}`],
    ['white space', ' '.repeat(1_000_000)],
  ])('%s are read in linear time', (_, line) => {
    const started = performance.now();
    parse(`${line}\n{"type":"user","message":{"content":"after"}}\n`);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  test('one message with 20,000 calls and results is read in linear time', () => {
    const started = performance.now();
    const lines = Array.from({ length: 20_000 }, (_, at) => call('{}', `c${at}`));
    const results = Array.from(
      { length: 20_000 },
      (_, at) =>
        `{"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"c${at}","content":"x"}]},"toolUseResult":{"durationMs":${at}}}`,
    );
    const { steps } = parse([...lines, ...results].join('\n'));
    expect(steps[0]?.tool_calls.at(-1)?.duration_ms).toBe(19_999);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  test('a flood of unknown types, queue operations and sub-agents stays bounded', () => {
    const lines = Array.from({ length: 3_000 }, (_, at) => [
      `{"type":"new-${at}"}`,
      `{"type":"queue-operation","operation":"enqueue","content":"${'q'.repeat(20_000)}"}`,
      `{"type":"progress","data":{"type":"agent_progress","agentId":"a${at}","message":{}}}`,
      `{"type":"progress","data":{"type":"kind_${'abcdefghij'[at % 10]}${'abcdefghij'[((at / 10) % 10) | 0]}"}}`,
    ]).flat();
    const { facts } = parse(lines.join('\n'));
    expect(facts.limitations.length).toBeLessThan(60);
    expect(facts.inlineSubagents).toHaveLength(1000);
    expect(canonicalJson(facts.head).length).toBeLessThan(400_000);
    expect(facts.head.metadata.queue_operations_dropped).toBeGreaterThan(2_000);
    const unknown = facts.limitations.filter(({ code }) => code === 'unknown_entry');
    expect(unknown.reduce((sum, { count }) => sum + count, 0)).toBe(3_000);
  });

  test('a name of a type is shown cleaned and cut', () => {
    const { facts } = parse(`{"type":"\\u001b[31m${'n'.repeat(500)}"}`);
    expect(facts.limitations[0]?.detail).toMatch(/^\?\?31mn{1,60}$/);
  });
});
