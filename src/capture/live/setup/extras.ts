/** What else setup puts somewhere: completions of shells, and a skill that teaches agents the read verbs. */
import { join } from 'node:path';
import type { AgentHomes } from './agents.ts';
import type { FileChange } from './change.ts';
import { type Places, planOwnFile } from './places.ts';

/** Folders of the user that shells look into. */
export interface ShellHomes {
  /** `XDG_DATA_HOME`, or its default. */
  readonly data: string;
  /** `XDG_CONFIG_HOME`, or its default. */
  readonly config: string;
}

interface Extra {
  /** What a person names it by: a shell, an agent. */
  readonly name: string;
  readonly path: string;
  /** File below `hooks/`. */
  readonly shipped: string;
}

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export const SKILL_AGENTS = ['claude-code', 'codex-cli', 'pi'] as const;

/** Completions, in the folders where bash and fish find them by themselves, and one to name to zsh. */
export function completionFiles({ data, config }: ShellHomes): readonly Extra[] {
  return [
    {
      name: 'bash',
      path: join(data, 'bash-completion', 'completions', 'git-ot'),
      shipped: 'completions/git-ot.bash',
    },
    { name: 'zsh', path: join(data, 'zsh', 'site-functions', '_git-ot'), shipped: 'completions/_git-ot' },
    {
      name: 'fish',
      path: join(config, 'fish', 'completions', 'git-ot.fish'),
      shipped: 'completions/git-ot.fish',
    },
    {
      name: 'fish',
      path: join(config, 'fish', 'conf.d', 'git-ot.fish'),
      shipped: 'completions/git-ot-for-git.fish',
    },
  ];
}

/** The skill, where each agent looks for skills of its user. */
export function skillFiles({ userHome, claude, codex, pi }: AgentHomes): readonly Extra[] {
  const folders = [
    ['claude-code', claude ?? join(userHome, '.claude')],
    ['codex-cli', codex ?? join(userHome, '.codex')],
    ['pi', pi ?? join(userHome, '.pi', 'agent')],
  ] as const;
  return folders.map(([name, folder]) => ({
    name,
    path: join(folder, 'skills', 'git-ot', 'SKILL.md'),
    shipped: 'skill/SKILL.md',
  }));
}

/** A shipped file of ours that stands at `path`; null for a name that none has. */
export function extraNamed(shipped: string, path: string): Extra | null {
  return SHIPPED.includes(shipped) ? { name: shipped, path, shipped } : null;
}

const SHIPPED = [
  'completions/git-ot.bash',
  'completions/_git-ot',
  'completions/git-ot.fish',
  'completions/git-ot-for-git.fish',
  'skill/SKILL.md',
];

/** Plans those of `extras` that are named, or all. */
export async function planExtras(
  places: Places,
  extras: readonly Extra[],
  names: readonly string[],
  remove: boolean,
): Promise<FileChange[]> {
  const wanted = extras.filter(({ name }) => names.length === 0 || names.includes(name));
  const plan = ({ path, shipped }: Extra): Promise<FileChange> =>
    planOwnFile(places, path, { name: shipped, form: 'shell' }, remove);
  return Promise.all(wanted.map(plan));
}
