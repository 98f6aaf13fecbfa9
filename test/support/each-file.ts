/** Runs for every file of tests, though files of one worker share their modules. */
import { afterAll } from 'vitest';
import { removeTempDirs } from './git-env.ts';

afterAll(removeTempDirs);
