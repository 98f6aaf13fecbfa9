/** Who speaks in a `user` item: a person, or the agent program in the user's place. */
import type { StepKind } from '../../record/step.ts';

/** Tags that open texts nobody typed. */
const TAGS: ReadonlyMap<string, StepKind> = new Map<string, StepKind>([
  ['environment_context', 'meta'],
  ['user_instructions', 'meta'],
  ['INSTRUCTIONS', 'meta'],
  ['permissions instructions', 'meta'],
  ['collaboration_mode', 'meta'],
  ['model_switch', 'meta'],
  ['personality_spec', 'meta'],
  ['skill', 'meta'],
  ['skills_instructions', 'meta'],
  ['apps_instructions', 'meta'],
  ['plugins_instructions', 'meta'],
  ['recommended_plugins', 'meta'],
  ['app-context', 'meta'],
  ['codex_internal_context', 'meta'],
  ['goal_context', 'meta'],
  ['multi_agent_mode', 'meta'],
  ['realtime_conversation', 'meta'],
  ['hook_prompt', 'meta'],
  ['turn_aborted', 'notice'],
  ['subagent_notification', 'notice'],
  ['user_shell_command', 'command'],
]);

const TAG = /^<([A-Za-z][A-Za-z_ -]{1,40})>/;
const AGENTS_FILE = '# AGENTS.md instructions';

/** Kind of one text part. */
export function textKind(text: string): StepKind {
  const head = text.slice(0, 128).trimStart();
  if (head.startsWith(AGENTS_FILE)) return 'meta';
  const tag = TAG.exec(head)?.[1];
  return (tag === undefined ? undefined : TAGS.get(tag)) ?? 'prompt';
}

/** Whether the program put the user's file of instructions here. */
export function isInstructions(text: string): boolean {
  const head = text.slice(0, 128).trimStart();
  return head.startsWith(AGENTS_FILE) || TAG.exec(head)?.[1] === 'user_instructions';
}

/** Kind of a turn; a reminder beside typed text does not make it less of a prompt. */
export function turnKind(texts: readonly string[]): StepKind {
  const kinds = texts.map(textKind);
  if (kinds.length === 0 || kinds.includes('prompt')) return 'prompt';
  return kinds.find((kind) => kind !== 'meta') ?? 'meta';
}

/** The working folder that an `<environment_context>` names; older ones have it in a sentence. */
export function folderIn(text: string): string | undefined {
  const head = text.slice(0, 4096);
  if (!head.includes('<environment_context>')) return undefined;
  const tagged = between(head, '<cwd>', '</cwd>') ?? between(head, 'Current working directory: ', '\n');
  return tagged === undefined || tagged === '' ? undefined : tagged;
}

function between(text: string, open: string, close: string): string | undefined {
  const start = text.indexOf(open);
  if (start < 0) return undefined;
  const end = text.indexOf(close, start + open.length);
  return end < 0 ? undefined : text.slice(start + open.length, end).trim();
}
