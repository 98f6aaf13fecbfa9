import { describe, expect, it } from 'vitest';
import { callFactsOf, failed } from '../../src/record/call-facts.ts';
import type { ToolCall } from '../../src/record/step.ts';

function facts(tool_name: string, input: unknown, more: Partial<ToolCall> = {}) {
  return callFactsOf({ tool_call_id: 'c', tool_name, input, ...more });
}

describe('callFactsOf', () => {
  it.each([
    ['Edit', { file_path: '/a.ts' }, ['/a.ts']],
    ['NotebookEdit', { notebook_path: 'n.ipynb' }, ['n.ipynb']],
    ['write_file', { file_path: 'b' }, ['b']],
    ['edit', { filePath: 'c' }, ['c']],
    ['str_replace_editor', { command: 'str_replace', path: 'd' }, ['d']],
  ])('%s edits a file, whichever agent called it', (name, input, files) => {
    expect(facts(name, input)).toMatchObject({ action: 'file_edit', filesEdited: files, filesRead: [] });
  });

  it('takes the files of a patch from what its parser read', () => {
    const edits = [
      { op: 'update', path: 'a', hunks: [] },
      { op: 'update', path: 'b', move_to: 'c' },
    ];
    const call = facts('apply_patch', { input: '…' }, { metadata: { edits } });
    expect(call).toMatchObject({ action: 'file_edit', filesEdited: ['a', 'b', 'c'] });
    expect(
      facts('shell', { command: ['bash', '-lc', 'apply_patch …'] }, { metadata: { edits } }).action,
    ).toBe('file_edit');
  });

  it('tells a look from an edit', () => {
    const view = facts('str_replace_editor', { command: 'view', path: 'a' });
    expect(view).toMatchObject({ action: 'file_read', filesRead: ['a'], filesEdited: [] });
    expect(facts('read_file', { absolute_path: '/x' }).filesRead).toEqual(['/x']);
    expect(facts('read_many_files', { paths: ['a', 'b', 'a', 1] }).filesRead).toEqual(['a', 'b']);
  });

  it('reads commands, skills, sub-agents, plans and addresses', () => {
    expect(facts('Bash', { command: 'npm test' })).toMatchObject({
      action: 'test_run',
      testRunner: 'npm test',
    });
    expect(facts('shell', { command: ['bash', '-lc', 'go test ./...'] })).toMatchObject({
      command: 'go test ./...',
    });
    expect(facts('shell', { command: ['git', 'log'] }).command).toBe('git log');
    expect(facts('shell_command', { command: 'cargo test', workdir: '/x' })).toMatchObject({
      action: 'test_run',
      command: 'cargo test',
      testRunner: 'cargo test',
    });
    expect(facts('Skill', { skill: 'review' })).toMatchObject({
      action: 'skill_invocation',
      skill: 'review',
    });
    expect(facts('Task', {}, { subagent_trajectory_ref: 't' }).action).toBe('subagent_call');
    expect(facts('TodoWrite', { todos: [] }).action).toBe('agent_plan');
    expect(facts('WebFetch', { url: 'https://example.com/a' }).url).toBe('https://example.com/a');
    expect(facts('WebFetch', { url: 'file:///etc/passwd' }).url).toBeNull();
    expect(facts('mcp__x__y', { path: 'a' })).toMatchObject({
      action: 'tool_call',
      filesRead: [],
      filesEdited: [],
    });
  });

  it('takes any arguments, also none of the shape it knows', () => {
    for (const input of [
      null,
      'x',
      1,
      [],
      { file_path: 3 },
      { file_path: '' },
      JSON.parse('{"__proto__":{"path":"x"}}'),
    ]) {
      expect(facts('Edit', input)).toMatchObject({ filesEdited: [] });
      expect(facts('Bash', input)).toMatchObject({ command: null, action: 'tool_call' });
    }
  });
});

it('a call without a result may have done its work; one with an error has not', () => {
  expect(failed(undefined)).toBe(false);
  expect(failed({ source_call_id: 'c', error: 'no_result' })).toBe(false);
  expect(failed({ source_call_id: 'c', error: 'tool_error' })).toBe(true);
});
