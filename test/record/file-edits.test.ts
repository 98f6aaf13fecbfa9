import { describe, expect, it } from 'vitest';
import { editsOfStep } from '../../src/record/file-edits.ts';
import { patchRowsOf } from '../../src/record/patch.ts';
import type { Step } from '../../src/record/step.ts';

const PATCH = [
  '*** Begin Patch',
  '*** Update File: src/a.ts',
  '@@',
  ' one',
  '-two',
  '+three',
  '*** Add File: b.ts',
  '+new',
  '*** Delete File: c.ts',
  '*** End Patch',
].join('\n');

function step(tool: string, input: object, more: object = {}, metadata: object = {}): Step {
  return {
    step_index: 7,
    role: 'agent',
    kind: 'model',
    timestamp: '2026-02-03T09:12:00.000Z',
    tool_calls: [{ tool_call_id: 'call', tool_name: tool, input, metadata: { ...metadata } }],
    observations: [{ source_call_id: 'call', content: 'done', ...more }],
    origin: { line: 1, offset: 0 },
  };
}

const REPLACES = [{ before: 'old', after: 'new', all: false }];

describe('editsOfStep', () => {
  it.each([
    ['Edit', { file_path: 'a', old_string: 'old', new_string: 'new' }],
    ['edit', { path: 'a', oldText: 'old', newText: 'new' }],
    ['edit', { path: 'a', edits: [{ oldText: 'old', newText: 'new' }] }],
    ['edit', { filePath: 'a', oldString: 'old', newString: 'new' }],
    ['replace', { file_path: 'a', old_string: 'old', new_string: 'new' }],
    ['str_replace_editor', { command: 'str_replace', path: 'a', old_str: 'old', new_str: 'new' }],
    ['MultiEdit', { file_path: 'a', edits: [{ old_string: 'old', new_string: 'new' }] }],
  ])('reads what %s replaces', (tool, input) => {
    expect(editsOfStep(step(tool, input))[0]).toMatchObject({
      path: 'a',
      ordinal: 1,
      edits: [{ op: 'replace', replacements: REPLACES }],
    });
  });

  it.each([
    ['Write', { file_path: 'a', content: 'text' }],
    ['write_file', { file_path: 'a', content: 'text' }],
    ['create', { path: 'a', file_text: 'text' }],
  ])('reads what %s writes', (tool, input) => {
    expect(editsOfStep(step(tool, input))[0]).toMatchObject({
      path: 'a',
      edits: [{ op: 'write', text: 'text' }],
    });
  });

  it('reads a patch, also in a shell command, and the folder it ran in', () => {
    const edits = [{ path: 'src/a.ts' }, { path: 'b.ts' }, { path: 'c.ts' }];
    const found = editsOfStep(
      step('shell', { command: ['apply_patch', PATCH], workdir: '/w' }, {}, { edits }),
    );
    expect(found.map(({ path, folder, edits: [edit] }) => [path, folder, edit!.op])).toEqual([
      ['src/a.ts', '/w', 'patch'],
      ['b.ts', '/w', 'write'],
      ['c.ts', '/w', 'delete'],
    ]);
  });

  it('leaves out calls that failed, and texts that are not here', () => {
    const input = { file_path: 'a', old_string: 'old', new_string: 'new' };
    expect(editsOfStep(step('Edit', input, { error: 'tool_error' }))).toEqual([]);
    const lost = { file_path: 'a', old_string: 'old', new_string: { $blob: 'ab', bytes: 20_000 } };
    expect(editsOfStep(step('Edit', lost))).toEqual([]);
  });

  it('gives a row that names the patch and holds no text', () => {
    const input = { file_path: 'a', old_string: 'old', new_string: 'new' };
    const before = { blob: 'ab'.repeat(20), line: 3, offset: 90 };
    expect(patchRowsOf('trace', step('Edit', input, { metadata: { before } }))).toEqual([
      {
        patch_id: 'tp:trace:7.1',
        step_index: 7,
        call: 0,
        time: '2026-02-03T09:12:00.000Z',
        path: 'a',
        op: 'replace',
        before,
      },
    ]);
  });
});
