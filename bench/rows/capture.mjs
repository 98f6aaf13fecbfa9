// Capturing every session: into a bucket that is not there yet, and again when nothing has changed.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { BENCH } from '../paths.mjs';
import { sessionFiles } from '../sessions.mjs';

/** @type {import('../runner.mjs').Row} */
export const capture = {
  name: 'capture',
  what: 'capture all sessions into a new bucket',
  reference: 'git hash-object -w --stdin-paths of the same files into an empty repository',
  bar: 3,
  runs: 7,
  needs: ['capture'],
  writes: true,
  prepare(context) {
    const { folder } = context.sessions;
    return {
      reference: {
        command: () => {
          const gitDir = `--git-dir=${context.emptyRepository('hashed')}`;
          return context.git([gitDir, 'hash-object', '-w', '--stdin-paths'], pathList(context));
        },
        check: (stdout) => assertCount('hashed files', lines(stdout), context.sessions.files.length),
      },
      subject: {
        command: () => context.ot(['capture', folder, '--json'], context.folder('home', { make: false })),
        check: (stdout) => assertAll(context, JSON.parse(stdout), ['captured', 'grown', 'new_source']),
      },
      note: () => `${context.bucket().report.totals.captured} traces, ${packedFiles(context)}`,
    };
  },
};

/** @type {import('../runner.mjs').Row} */
export const importAgents = {
  name: 'import',
  what: 'capture the sessions of every agent into a new bucket',
  reference: 'git hash-object -w --stdin-paths of the same files into an empty repository',
  bar: 4,
  runs: 7,
  needs: ['capture'],
  writes: true,
  prepare(context) {
    const { agents } = context.sessions;
    const files = agents.flatMap(sessionFiles);
    let traces = 0;
    return {
      reference: {
        command: () => {
          const gitDir = `--git-dir=${context.emptyRepository('hashed')}`;
          return context.git(
            [gitDir, 'hash-object', '-w', '--stdin-paths'],
            files.map((path) => `${path}\n`).join(''),
          );
        },
        check: (stdout) => assertCount('hashed files', lines(stdout), files.length),
      },
      subject: {
        command: () => context.ot(['capture', ...agents, '--json'], context.folder('home', { make: false })),
        check: (stdout) => {
          const { totals } = JSON.parse(stdout);
          assertCount('files with an error', totals.error, 0);
          traces = totals.captured;
        },
      },
      note: () => `${traces} traces of ${agents.length} agents, ${files.length} files`,
    };
  },
};

/** @type {import('../runner.mjs').Row} */
export const recapture = {
  name: 'recapture',
  what: 'capture all sessions again, nothing changed',
  reference: 'cold node that reads and hashes the same files (SHA-1)',
  bar: 1.5,
  runs: 21,
  needs: ['capture'],
  prepare(context) {
    const { home } = context.bucket();
    const script = join(BENCH, 'probes', 'hash-files.cjs');
    return {
      reference: {
        command: () => ({ ...context.node([script]), input: pathList(context) }),
        check: (stdout) => assertCount('hashed files', lines(stdout), context.sessions.files.length),
      },
      subject: {
        command: () => context.ot(['capture', context.sessions.folder, '--json'], home),
        check: (stdout) => assertAll(context, JSON.parse(stdout), ['unchanged']),
      },
    };
  },
};

function pathList(context) {
  return context.sessions.files.map(({ path }) => `${path}\n`).join('');
}

function lines(text) {
  return text.split('\n').length - 1;
}

/** Every file gave a trace, and what became of it is one of `statuses`. */
function assertAll(context, { traces }, statuses) {
  const others = traces.filter(({ status }) => !statuses.includes(status));
  assertCount('files with another outcome', others.length, 0);
  const seen = new Set(traces.map(({ path }) => path)).size;
  assertCount('captured files', seen, context.sessions.files.length);
}

function assertCount(what, actual, expected) {
  if (actual !== expected) throw new Error(`${what}: ${actual}, expected ${expected}`);
}

function packedFiles(context) {
  const packs = readdirSync(join(context.bucket().gitDir, 'objects', 'pack'));
  return `${packs.filter((name) => name.endsWith('.pack')).length} packs`;
}
