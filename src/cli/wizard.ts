/** `git ot setup` on a terminal: the setup verbs, one question each. */
import { OtError } from '../base/errors.ts';
import { agentTarget, planAgent } from '../capture/live/setup/agents.ts';
import { actionOf, applyChanges, type FileChange } from '../capture/live/setup/change.ts';
import { completionFiles, planExtras, skillFiles } from '../capture/live/setup/extras.ts';
import {
  leftAlone,
  noteRepository,
  planRepository,
  repositoryHooks,
} from '../capture/live/setup/repository.ts';
import type { App } from './app.ts';
import { agentHomes, installPlaces, shellHomes } from './install-places.ts';
import { folderStatus, liveHealth } from './live.ts';
import { printable } from './views/page.ts';

export interface WizardStep {
  /** The verb that does the same. */
  readonly command: string;
  readonly question: string;
  readonly plan: () => Promise<readonly FileChange[]>;
  /** What a person has to do besides. */
  readonly note?: string | undefined;
  /** What has to be remembered once the plan was applied. */
  readonly after?: () => Promise<void>;
}

/** What is not set up yet: agents that are there, this repository, the skill, completions. */
export async function offeredSteps(app: App): Promise<WizardStep[]> {
  const { agents } = await liveHealth(app);
  const wanted = agents.filter(({ present, hooks }) => present && hooks !== 'hooked');
  const steps = wanted.map(({ agent }) => agentStep(app, agent));
  const { hooks } = await folderStatus(app);
  if (hooks?.some(({ installed }) => !installed) === true) steps.push(repositoryStep(app));
  return [...steps, ...(await extraSteps(app))];
}

/** Asks for each step; those that were agreed to and done. A plan that is refused is told and left. */
export async function runWizard(app: App, steps: readonly WizardStep[]): Promise<WizardStep[]> {
  const done: WizardStep[] = [];
  for (const step of steps) {
    await app.io.err(`${step.question} [y/N] `);
    const answer = await app.io.readLine();
    if (answer === null) break;
    if (answer.trim().toLowerCase() !== 'y') continue;
    if (await tookStep(app, step)) done.push(step);
  }
  return done;
}

/** False when it could not be done. */
async function tookStep(app: App, step: WizardStep): Promise<boolean> {
  try {
    await applyChanges(await step.plan(), app.platform, app.home);
    await step.after?.();
  } catch (error) {
    if (!(error instanceof OtError)) throw error;
    await app.io.err(`not done: ${printable(error.message)}\n`);
    return false;
  }
  if (step.note !== undefined) await app.io.err(`note: ${step.note}\n`);
  return true;
}

function agentStep(app: App, agent: string): WizardStep {
  return {
    command: `git ot setup ${agent}`,
    question: `Capture the sessions of ${agent} from now on?`,
    note: agentTarget(agent).note,
    plan: () => planAgent(agentTarget(agent), agentHomes(app), installPlaces(app), false),
  };
}

function repositoryStep(app: App): WizardStep {
  const hooks = () => repositoryHooks(app.git, app.cwd);
  const places = installPlaces(app);
  return {
    command: 'git ot setup git',
    question:
      'Add hooks to this repository, so that commits are noticed and evidence cannot be pushed by accident?',
    plan: async () => {
      const { changes, left } = await planRepository(app.git, await hooks(), places, false);
      if (changes.length === 0) throw leftAlone(left);
      for (const error of left) await app.io.err(`${printable(`${error.message}; ${error.hint}`)}\n`);
      return changes;
    },
    after: async () => noteRepository(places, app.platform, await hooks(), true),
  };
}

async function extraSteps(app: App): Promise<WizardStep[]> {
  const places = installPlaces(app);
  const steps: WizardStep[] = [
    {
      command: 'git ot setup skill',
      question: 'Install a skill that teaches Claude Code to look up earlier sessions?',
      plan: () => planExtras(places, skillFiles(agentHomes(app)), ['claude-code'], false),
    },
    {
      command: 'git ot setup completions',
      question: 'Install completion for bash, zsh and fish?',
      plan: () => planExtras(places, completionFiles(shellHomes(app)), [], false),
    },
  ];
  const open = await Promise.all(steps.map(({ plan }) => isOpen(plan)));
  return steps.filter((_, index) => open[index]);
}

/** A step that cannot be planned is open: asking for it tells why. */
async function isOpen(plan: WizardStep['plan']): Promise<boolean> {
  try {
    return (await plan()).some((change) => actionOf(change) !== 'none');
  } catch (error) {
    if (error instanceof OtError) return true;
    throw error;
  }
}
