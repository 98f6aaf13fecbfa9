/** Random sessions for property tests: few ids, so that parts, results, repeats and links meet. */
import fc from 'fast-check';

type Json = Record<string, unknown>;

const id = fc.integer({ min: 0, max: 6 });
const text = fc.string({ maxLength: 12 });
const PIXEL = Buffer.from('a picture').toString('base64');

function envelope(uuid: number, more: Json): Json {
  const minute = String(uuid % 60).padStart(2, '0');
  return {
    uuid: `00000000-0000-4000-8000-${String(uuid).padStart(12, '0')}`,
    parentUuid: null,
    sessionId: 's',
    cwd: '/home/dev/acme',
    timestamp: `2026-01-01T00:${minute}:00.000Z`,
    ...more,
  };
}

const assistantBlock = fc.oneof(
  text.map((value) => ({ type: 'text', text: value })),
  text.map((value) => ({ type: 'thinking', thinking: value })),
  fc.tuple(id, text).map(([call, value]) => ({
    type: 'tool_use',
    id: `call-${call}`,
    name: 'Bash',
    input: { value },
  })),
);

const assistant = fc
  .record({ uuid: fc.nat(200), message: id, block: assistantBlock, output: fc.nat(100) })
  .map(({ uuid, message, block, output }) =>
    envelope(uuid, {
      type: 'assistant',
      message: {
        id: `message-${message}`,
        model: 'model-a',
        content: [block],
        usage: { input_tokens: 1, output_tokens: output },
      },
    }),
  );

const resultContent = fc.oneof(
  text,
  fc.constant([{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } }]),
);

const result = fc
  .record({ uuid: fc.nat(200), call: id, content: resultContent, error: fc.boolean(), agent: fc.option(id) })
  .map(({ uuid, call, content, error, agent }) =>
    envelope(uuid, {
      type: 'user',
      message: {
        content: [{ type: 'tool_result', tool_use_id: `call-${call}`, content, is_error: error }],
      },
      toolUseResult: agent === null ? 'text' : { agentId: `agent-${agent}`, durationMs: 5 },
    }),
  );

const prompt = fc
  .tuple(fc.nat(200), text)
  .map(([uuid, value]) => envelope(uuid, { type: 'user', message: { content: value } }));

const system = fc
  .tuple(fc.nat(200), fc.constantFrom('compact_boundary', 'api_error', 'turn_duration', 'unheard_of'))
  .map(([uuid, subtype]) => envelope(uuid, { type: 'system', subtype, content: 'text' }));

const progress = fc.tuple(fc.nat(200), id, id, text).map(([uuid, agent, call, value]) =>
  envelope(uuid, {
    type: 'progress',
    parentToolUseID: `call-${call}`,
    data: {
      type: 'agent_progress',
      agentId: `agent-${agent}`,
      message: { type: 'user', uuid: `inner-${uuid}`, message: { content: value } },
    },
  }),
);

const sidechain = fc.tuple(fc.nat(200), fc.nat(200), text).map(([uuid, parent, value]) =>
  envelope(uuid, {
    type: 'user',
    isSidechain: true,
    parentUuid: `00000000-0000-4000-8000-${String(parent).padStart(12, '0')}`,
    message: { content: value },
  }),
);

const entry = fc.oneof(
  { arbitrary: assistant, weight: 6 },
  { arbitrary: result, weight: 4 },
  { arbitrary: prompt, weight: 3 },
  { arbitrary: system, weight: 1 },
  { arbitrary: progress, weight: 1 },
  { arbitrary: sidechain, weight: 1 },
);

const line = fc.oneof(
  { arbitrary: entry.map((value) => JSON.stringify(value)), weight: 12 },
  {
    arbitrary: fc.tuple(entry, entry).map((two) => two.map((one) => JSON.stringify(one)).join('')),
    weight: 1,
  },
  { arbitrary: fc.constantFrom('', '{"broken":', 'null', '{"type":"new"}'), weight: 1 },
);

/** Bytes of a transcript of up to 60 lines. */
export const session: fc.Arbitrary<Buffer> = fc
  .array(line, { maxLength: 60, size: 'max' })
  .map((lines) => Buffer.from(`${lines.join('\n')}\n`, 'utf8'));
