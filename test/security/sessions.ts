/** Synthetic session lines in the shapes of real Claude Code entries, and ways to change their leaves. */
const UUID = '3f0b7c1e-52a4-4c39-9d77-0a6b1c2d3e4f';

/** A few entries that between them hold every kind of field. */
export const ENTRIES: readonly unknown[] = [
  {
    parentUuid: null,
    isSidechain: false,
    userType: 'external',
    cwd: '/srv/acme',
    sessionId: UUID,
    version: '2.1.29',
    gitBranch: 'main',
    type: 'user',
    message: { role: 'user', content: 'please fix the build' },
    uuid: UUID.replace('3', '4'),
    timestamp: '2026-02-01T10:00:00.000Z',
  },
  {
    parentUuid: UUID,
    sessionId: UUID,
    type: 'assistant',
    requestId: 'req_011CXabcdefghijklmnopqrs',
    message: {
      id: 'msg_01AbCdEfGhIjKlMnOpQrStUv',
      model: 'claude-opus-4-5',
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'first look', signature: 'Qm9ndXM'.repeat(20) },
        { type: 'text', text: 'I look at the file.' },
        {
          type: 'tool_use',
          id: 'toolu_01AbCdEfGhIjKlMnOp',
          name: 'Bash',
          input: { command: 'ls -la', 'a b': ['x'] },
        },
      ],
      usage: { input_tokens: 12, output_tokens: 34, service_tier: 'standard' },
    },
  },
  {
    type: 'user',
    sessionId: UUID,
    message: {
      role: 'user',
      content: [
        {
          tool_use_id: 'toolu_01AbCdEfGhIjKlMnOp',
          type: 'tool_result',
          content: [
            { type: 'text', text: 'total 12' },
            {
              type: 'image',
              source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo'.repeat(9) },
            },
          ],
        },
      ],
    },
    toolUseResult: {
      stdout: 'total 12',
      originalFile: 'line one\nline two\n',
      structuredPatch: [{ oldStart: 1, lines: ['-line one', '+line 1'] }],
      file: { filePath: '/srv/acme/a.ts', content: 'x' },
    },
  },
  { type: 'queue-operation', operation: 'enqueue', content: 'and then test' },
  { type: 'last-prompt', lastPrompt: 'and then test', leafUuid: UUID },
];

export type Path = readonly (string | number)[];

/** Paths of all string leaves of a JSON value. */
export function leavesOf(value: unknown, path: Path = []): Path[] {
  if (typeof value === 'string') return [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) =>
    leavesOf(child, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

/** A copy of `value` with the leaf at `path` replaced. */
export function withLeaf(value: unknown, path: Path, leaf: string): unknown {
  const [head, ...rest] = path;
  if (head === undefined) return leaf;
  if (Array.isArray(value))
    return value.map((child, i) => (i === head ? withLeaf(child, rest, leaf) : child));
  const members = Object.entries(value as object);
  return Object.fromEntries(
    members.map(([key, child]) => [key, key === head ? withLeaf(child, rest, leaf) : child]),
  );
}

/** The value without the text of its strings: what sealing must not change. */
export function shapeOf(value: unknown): unknown {
  if (typeof value === 'string') return 'string';
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(shapeOf);
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, shapeOf(child)]));
}
