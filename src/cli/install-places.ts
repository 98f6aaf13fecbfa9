/** What setup needs to know of this installation: the shipped hooks, the program, the agents' folders. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OtError } from '../base/errors.ts';
import type { AgentHomes } from '../capture/live/setup/agents.ts';
import type { ShellHomes } from '../capture/live/setup/extras.ts';
import type { Places } from '../capture/live/setup/places.ts';
import type { App } from './app.ts';

/** Throws `OT_INSTALLATION` (exit 2) when the shipped files are not where they belong. */
export function installPlaces({ home }: App): Places {
  const here = dirname(fileURLToPath(import.meta.url));
  const shipped = above(here, join('hooks', 'shipped.txt'));
  const program = above(here, 'git-ot.cjs') ?? above(here, join('dist', 'git-ot.cjs'));
  if (shipped === null || program === null) {
    throw new OtError('OT_INSTALLATION', 'usage', 'this installation of git-ot is not complete', {
      hint: 'install git-ot again',
    });
  }
  return { home, shipped: dirname(shipped), node: process.execPath, program };
}

export function agentHomes({ userHome, setting }: App): AgentHomes {
  return {
    userHome,
    claude: setting('CLAUDE_CONFIG_DIR'),
    codex: setting('CODEX_HOME'),
    pi: setting('PI_CODING_AGENT_DIR'),
    config: setting('XDG_CONFIG_HOME'),
  };
}

export function shellHomes({ userHome, setting }: App): ShellHomes {
  return {
    data: setting('XDG_DATA_HOME') ?? join(userHome, '.local', 'share'),
    config: setting('XDG_CONFIG_HOME') ?? join(userHome, '.config'),
  };
}

/** The file with this name in `folder` or in one of the three above it; null when there is none. */
function above(folder: string, name: string): string | null {
  for (let at = folder, steps = 0; steps < 4; at = dirname(at), steps += 1) {
    if (existsSync(join(at, name))) return join(at, name);
  }
  return null;
}
