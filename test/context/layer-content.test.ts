/** The shapes in which answers give the layers, of what each agent's sessions tell. */
import { expect, it } from 'vitest';
import { layerContent } from '../../src/context/layer-content.ts';

it('the system layer lists instruction files, and tells the prompt from them', () => {
  const content = layerContent(
    'system',
    new Map([
      ['instructions/user/home/dev/.claude/CLAUDE.md', 'be brief'],
      ['file/src/CLAUDE.md', 'nested'],
      ['prompt/base_instructions', 'you are'],
      ['output_style/4', 'plain'],
    ]),
  );
  expect({ ...content }).toEqual({
    static_core_ref: 'you are',
    claude_md_set: [
      {
        path: '/home/dev/.claude/CLAUDE.md',
        scope: 'user',
        load_reason: 'session_start',
        content: 'be brief',
      },
      { path: 'src/CLAUDE.md', scope: null, load_reason: 'attached', content: 'nested' },
    ],
    'prompt/base_instructions': 'you are',
    'output_style/4': 'plain',
  });
});

it('the tool layer lists tools with what is known of them, servers, and texts that told of more', () => {
  const schema = { type: 'object' };
  const content = layerContent(
    'tool_registry',
    new Map<string, unknown>([
      ['tool/Read', 'called'],
      ['tool/mcp__db__query', 'listed'],
      ['tool/made', JSON.stringify({ name: 'made', description: 'makes', inputSchema: schema })],
      ['tool/long', { $blob: 'a'.repeat(40), bytes: 900 }],
      ['tool/odd', '{not json'],
      ['tool/__proto__', 'called'],
      ['mcp_server/db', 'connected'],
      ['deferred_tools/7', 'Later'],
      ['skills/7', 'a list'],
    ]),
  );
  const builtin = { description: null, input_schema: null, source: 'builtin', source_path: null };
  expect({ ...content }).toEqual({
    tools: [
      { name: 'Read', ...builtin, known_by: 'called' },
      { name: 'mcp__db__query', ...builtin, source: 'mcp', known_by: 'listed' },
      {
        name: 'made',
        description: 'makes',
        input_schema: schema,
        source: 'session',
        source_path: null,
        known_by: 'described',
      },
      { name: 'long', ...builtin, known_by: 'described' },
      { name: 'odd', ...builtin, known_by: 'described' },
      { name: '__proto__', ...builtin, known_by: 'called' },
    ],
    deferred_tools: ['Later'],
    skills: ['a list'],
    mcp_servers: Object.assign(Object.create(null), { db: 'connected' }),
  });
});
