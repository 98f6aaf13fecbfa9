import { join } from 'node:path';
import { test } from 'vitest';
import { ROOT } from '../support/cli.ts';
import { expectSealedAlike } from './agents.ts';

test.each(['pi', 'gemini-cli', 'opencode', 'codex-cli', 'copilot-cli'])(
  'a sealed copy of %s fixtures has the ids, counts and images of its traces',
  (agent) => expectSealedAlike(join(ROOT, 'fixtures/sessions', agent)),
);
