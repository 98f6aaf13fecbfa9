/** What a step can be filtered by: names and values, drawn from its calls and their results. */
import { type CallFacts, failed } from '../record/call-facts.ts';
import { commandFamily } from '../record/command-family.ts';
import { committedIn } from '../record/commits.ts';
import { simpleCommands } from '../record/shell-command.ts';
import { isUnused, type Observation, type Step, type ToolCall } from '../record/step.ts';
import { testResultOf } from '../record/test-run.ts';
import { dependenciesIn } from './dependencies.ts';

export const FACET_NAMES = [
  'tool.name',
  'file.read',
  'file.edit',
  'bash.command_family',
  'test.framework',
  'test.result',
  /** A package that a command installed, and `name@version` where it named one. */
  'dependency.name',
  'dependency.version',
  /** `name@version` of a lock file beside the session. */
  'dependency.pinned',
  /** A model that spoke. */
  'model.name',
  'skill.name',
  'error',
  'commit.sha',
] as const;
export type FacetName = (typeof FACET_NAMES)[number];

export interface Fact {
  readonly name: FacetName;
  readonly value: string;
}

const LONGEST_VALUE = 512;

/** Facts of a step in order, with repetitions. */
export function stepFacts(step: Step, factsOf: (call: ToolCall) => CallFacts): Fact[] {
  const results = new Map(step.observations.map((result) => [result.source_call_id, result]));
  const facts = step.tool_calls.flatMap((call) =>
    callFactsIn(call, factsOf(call), results.get(call.tool_call_id)),
  );
  const errors = step.observations.flatMap(({ error }) =>
    typeof error === 'string' && error !== '' ? [fact('error', error)] : [],
  );
  if (step.kind === 'api_error') errors.push(fact('error', 'api_error'));
  return [...modelFacts(step), ...facts, ...errors].filter(({ value }) => value !== '');
}

function modelFacts({ role, model, token_usage: usage }: Step): Fact[] {
  const spoke = role === 'agent' && typeof model === 'string' && (usage === undefined || !isUnused(usage));
  return spoke ? [fact('model.name', model)] : [];
}

/** Facts that one call tells, its error and its skill aside. */
export function callFactsIn(call: ToolCall, facts: CallFacts, result: Observation | undefined): Fact[] {
  const found = [
    fact('tool.name', call.tool_name),
    ...facts.filesRead.map((path) => fact('file.read', path)),
    ...(failed(result) ? [] : facts.filesEdited.map((path) => fact('file.edit', path))),
  ];
  if (facts.command !== null) found.push(...commandFacts(facts.command, facts.testRunner, result));
  return found;
}

function commandFacts(command: string, testRunner: string | null, result: Observation | undefined): Fact[] {
  const output = typeof result?.content === 'string' ? result.content : '';
  const families = new Set(simpleCommands(command).flatMap((words) => commandFamily(words) ?? []));
  const found = [...families].map((family) => fact('bash.command_family', family));
  if (testRunner !== null) {
    const error = result === undefined ? 'no_result' : (result.error ?? null);
    found.push(
      fact('test.framework', testRunner),
      fact('test.result', testResultOf({ command, output, error }).status),
    );
  }
  for (const { name, version } of dependenciesIn(command)) {
    found.push(fact('dependency.name', name));
    if (version !== null) found.push(fact('dependency.version', `${name}@${version}`));
  }
  if (command.includes('commit') && !failed(result)) {
    found.push(...committedIn(output).map(({ sha }) => fact('commit.sha', sha)));
  }
  return found;
}

/** A package as a lock file pins it. */
export function pinFact({ name, version }: { readonly name: string; readonly version: string }): Fact {
  return fact('dependency.pinned', `${name}@${version}`);
}

/** A skill by its name, which a step uses in one of several ways. */
export function skillFact(name: string): Fact {
  return fact('skill.name', name);
}

function fact(name: FacetName, value: string): Fact {
  return { name, value: value.slice(0, LONGEST_VALUE).toWellFormed() };
}
