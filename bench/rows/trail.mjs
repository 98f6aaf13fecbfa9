// Whose line it is: what anchoring, blame and tracking cost in a repository with many sessions.
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { alternate, summary } from '../measure.mjs';
import { peakMemory } from '../memory.mjs';
import { makeTrailWorld } from '../trail.mjs';

const LARGE = { sessions: 1000, patches: 50, files: 120 };
const SMALL = { sessions: 12, patches: 50, files: 12 };

/** @type {import('../runner.mjs').Row} */
export const anchor = {
  name: 'trail anchor',
  what: 'one commit found in 1,000 traces with 50,000 patches, above a cold process (difference of medians)',
  reference: null,
  bar: 150,
  unit: 'ms',
  runs: 9,
  needs: ['trail sync'],
  prepare(context, runs) {
    const world = largeWorld(context);
    world.run(['trail', 'sync']);
    let commits = 0;
    const commit = () => {
      commits += 1;
      writeFileSync(join(world.repository, 'later.txt'), `line ${commits}\n`);
      world.git(['add', 'later.txt']);
      world.git(['commit', '-q', '-m', `later ${commits}`]);
      return world.ot(['trail', 'sync', 'HEAD', '--json']);
    };
    const sides = { reference: { command: () => cold(context) }, subject: { command: commit } };
    const { reference, subject } = alternate(sides, { runs });
    const [whole, process] = [summary(subject).median, summary(reference).median];
    return {
      values: [whole - process],
      note: () => `${whole} ms, a cold process ${process} ms; ${world.about}`,
    };
  },
};

/** @type {import('../runner.mjs').Row} */
export const syncAgain = {
  name: 'trail sync again',
  what: 'trail sync where nothing has changed, in the same repository',
  reference: 'a cold process',
  runs: 9,
  needs: ['trail sync'],
  prepare(context) {
    const world = largeWorld(context);
    world.run(['trail', 'sync']);
    return {
      reference: { command: () => cold(context) },
      subject: { command: () => world.ot(['trail', 'sync', '--json']) },
    };
  },
};

/** @type {import('../runner.mjs').Row} */
export const blameFile = {
  name: 'trail blame',
  what: 'trail blame of a file, in the same repository',
  reference: 'git blame of it and a cold process',
  bar: 1.6,
  runs: 9,
  needs: ['trail blame'],
  prepare(context) {
    const world = largeWorld(context);
    world.run(['trail', 'sync']);
    const [file] = world.files;
    return {
      reference: {
        command: () => shell(context, world, ['git blame --porcelain -- "$1" >/dev/null', COLD], file),
      },
      subject: { command: () => world.ot(['trail', 'blame', file, '--json']) },
    };
  },
};

/** @type {import('../runner.mjs').Row} */
export const backfill = {
  name: 'trail backfill',
  what: 'first trail sync of 1,000 commits with captured sessions: history, places, every file; in the same repository',
  reference: 'git log -p of the commits',
  bar: 3,
  runs: 3,
  needs: ['trail sync'],
  prepare(context) {
    const world = largeWorld(context);
    return {
      reference: { command: () => context.git(['-C', world.repository, 'log', '-p', '--no-color']) },
      subject: {
        command: () => world.unsynced(['trail', 'sync', '--no-notes', '--json']),
        check: isComplete,
      },
      note: () => world.about,
    };
  },
};

/** @type {import('../runner.mjs').Row} */
export const backfillMemory = {
  name: 'trail memory',
  what: 'peak resident memory of that first trail sync',
  reference: null,
  bar: 400,
  unit: 'MB',
  runs: 1,
  needs: ['trail sync'],
  async prepare(context) {
    const command = largeWorld(context).unsynced(['trail', 'sync', '--no-notes', '--json']);
    const { own, together, ms } = await peakMemory(command, context.folder('peak'));
    const all = together === null ? '' : `, with git ${Math.round(together / 1e6)} MB`;
    return { values: [own / 1e6], note: () => `${(ms / 1000).toFixed(1)} s${all}` };
  },
};

/** @type {import('../runner.mjs').Row} */
export const track = {
  name: 'trail track',
  what: 'trail track --all on 600 patches',
  reference: 'one git blame of each touched file',
  bar: 10,
  runs: 9,
  needs: ['trail track'],
  prepare(context) {
    const world = newWorld(context, SMALL);
    world.run(['trail', 'sync']);
    const blames = ['for file in $(git ls-files); do git blame --porcelain -- "$file" >/dev/null; done'];
    return {
      reference: { command: () => shell(context, world, blames) },
      subject: { command: () => world.ot(['trail', 'track', '--all', '--json']) },
    };
  },
};

const COLD = '"$NODE" "$PROGRAM" --version >/dev/null';
const worlds = new WeakMap();

/** Made once for all rows of a run. */
function largeWorld(context) {
  if (!worlds.has(context)) worlds.set(context, newWorld(context, LARGE));
  return worlds.get(context);
}

/** A repository, a bucket with its sessions, and that bucket's catalog as it is before any sync. */
function newWorld(context, numbers) {
  const folder = context.folder('trail');
  const { repository, logs, files } = makeTrailWorld({ folder, env: context.env, ...numbers });
  const home = context.folder('home', { make: false });
  const ot = (args) => ({ ...context.ot(args, home), cwd: repository });
  const run = (args) => context.run(ot([...args, '--json']));
  run(['capture', logs]);
  // A query has the sessions in the catalog; of their lines nothing is known then.
  while (JSON.parse(run(['trace', 'query', 'value'])).freshness.pending > 0);
  const catalog = join(home, 'cache', 'catalog.sqlite');
  const fresh = join(folder, 'catalog.sqlite');
  for (const end of ['', '-wal']) copyIfThere(`${catalog}${end}`, `${fresh}${end}`);
  const unsynced = (args) => {
    for (const end of ['', '-wal', '-shm']) rmSync(`${catalog}${end}`, { force: true });
    for (const end of ['', '-wal']) copyIfThere(`${fresh}${end}`, `${catalog}${end}`);
    return ot(args);
  };
  const git = (args) =>
    context.run({ ...context.git(['-C', repository, ...args]), env: { ...context.env, ...PERSON } });
  const about = `${numbers.sessions} sessions, ${numbers.sessions * numbers.patches} patches, ${numbers.files} files`;
  return { repository, files, ot, run, git, unsynced, about };
}

const PERSON = {
  GIT_AUTHOR_NAME: 'A Person',
  GIT_AUTHOR_EMAIL: 'person@example.invalid',
  GIT_COMMITTER_NAME: 'A Person',
  GIT_COMMITTER_EMAIL: 'person@example.invalid',
};

function copyIfThere(from, to) {
  try {
    copyFileSync(from, to);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}

function cold(context) {
  return context.ot(['--version']);
}

function shell(context, world, lines, ...args) {
  const env = { ...context.env, NODE: process.execPath, PROGRAM: context.program };
  return { program: 'sh', args: ['-c', lines.join('\n'), 'sh', ...args], env, cwd: world.repository };
}

function isComplete(stdout) {
  const { replayed, commits } = JSON.parse(stdout);
  if (replayed === 0 || commits === 0) throw new Error('the sync had nothing to do');
}
