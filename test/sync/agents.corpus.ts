import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'vitest';
import { CORPUS } from '../capture/shared/agent-suite.ts';
import { expectSealedAlike } from './agents.ts';

test.skipIf(!existsSync(CORPUS)).each(['pi', 'gemini-cli', 'opencode', 'codex', 'copilot-cli'])(
  'a sealed copy of %s sessions has the ids, counts and images of its traces',
  (agent) => expectSealedAlike(join(CORPUS, agent)),
);
