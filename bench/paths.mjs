// Where things are in the project.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const BENCH = dirname(fileURLToPath(import.meta.url));
export const ROOT = dirname(BENCH);
export const FIXTURES = join(ROOT, 'fixtures', 'sessions', 'claude-code');
