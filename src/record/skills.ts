/** Uses of skills, told from the steps of a trace. */
import { type CallFacts, callFactsOf } from './call-facts.ts';
import type { Step, ToolCall } from './step.ts';

/** `tool`: the agent called it; `command`: a person did; `file`: the agent read its instructions. */
export type SkillSource = 'tool' | 'command' | 'file';

export interface SkillUse {
  readonly name: string;
  readonly source: SkillSource;
  readonly step_index: number;
}

/** What an agent program puts in the session when a skill begins. */
const SKILL_BODY = 'Base directory for this skill:';
const SKILL_FILE = /[\\/]skills[\\/]([^\\/\s"']{1,100})[\\/]SKILL\.md\b/g;

/** Finds uses in the steps of one trace, in order: a slash command is a skill when a skill's body follows it. */
export class SkillReader {
  #command: SkillUse | null;

  /** `open` is what the reader of the steps before was left with. */
  constructor(open: SkillUse | null = null) {
    this.#command = open;
  }

  /** A slash command that may still turn out to be a skill. */
  get open(): SkillUse | null {
    return this.#command;
  }

  read(step: Step, factsOf: (call: ToolCall) => CallFacts = callFactsOf): SkillUse[] {
    if (step.kind === 'command') {
      this.#command = commandIn(step) ?? this.#command;
      return [];
    }
    if (step.kind === 'meta' && typeof step.content === 'string' && step.content.startsWith(SKILL_BODY)) {
      const use = this.#command;
      this.#command = null;
      return use === null ? [] : [use];
    }
    if (step.kind === 'model' || step.kind === 'prompt') this.#command = null;
    return step.tool_calls.flatMap((call) => usesIn(step.step_index, factsOf(call)));
  }
}

function commandIn(step: Step): SkillUse | null {
  const content = typeof step.content === 'string' ? step.content : '';
  const name = /<command-name>\/?([^<]{1,200})</.exec(content)?.[1]?.trim();
  return name ? { name, source: 'command', step_index: step.step_index } : null;
}

function usesIn(step_index: number, { skill, filesRead, command }: CallFacts): SkillUse[] {
  if (skill !== null) return [{ name: skill.replace(/^\//, ''), source: 'tool', step_index }];
  const text = [...filesRead, command ?? ''].join('\n');
  const names = new Set([...text.slice(0, 20_000).matchAll(SKILL_FILE)].map((match) => match[1]!));
  return [...names].map((name) => ({ name, source: 'file', step_index }));
}
