// npm run demo: one session from an agent's log to a second machine, in scratch folders that are removed
// at the end. Every command is printed before its output; the first one that fails ends the demo with 1.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const PROGRAM = join(ROOT, 'dist', 'git-ot.cjs');
const SESSION = join(ROOT, 'fixtures', 'sessions', 'claude-code', 'basic');
/** Native id of the fixture session: agents name the log after it. */
const SESSION_ID = '6f1d2c3a-84b7-4e0e-9a55-1c7be0d2f914';

if (!existsSync(PROGRAM)) {
  console.error('dist/git-ot.cjs is missing: run npm install first');
  process.exit(1);
}
const scratch = mkdtempSync(join(tmpdir(), 'git-ot-demo-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
prepare();

say('A coding agent has left a session log (ours is made up, in the real format).');
run('find . -name "*.jsonl"', 'laptop');

say('Capture it. The bucket is made on first use; the raw evidence stays in it.');
run('git ot capture .claude/projects', 'laptop');
run('git ot bucket status', 'laptop');

say('Read it back.');
run('git ot trace list', 'laptop');
const { traces } = JSON.parse(output('git ot trace list --json', 'laptop'));
const id = traces[0].trace_id.slice(0, 8);
run(`git ot trace get ${id}:1-5`, 'laptop');

say('The exact bytes that were captured are still there, and everything is sound.');
run(
  `git ot trace source ${id} | cmp - .claude/projects/-home-dev-acme/${SESSION_ID}.jsonl && echo identical`,
  'laptop',
);
run('git ot bucket verify --full', 'laptop');

say('It is plain git.');
run('git --git-dir=$OT_HOME/bucket.git log --all --stat --format="%h %s" -1', 'laptop');

say(
  'Push a sealed copy to a bare repository: the token in the prompt and the user in paths are replaced first.',
);
run('git init -q --bare ../traces.git', 'laptop');
run('git ot bucket remote add team ../traces.git', 'laptop');
run('git ot bucket remote push --dry-run', 'laptop');
run('git ot bucket remote push --yes', 'laptop');

say('Pull it on a second machine (another OT_HOME).');
run('git ot bucket remote add team ../traces.git', 'desktop');
run('git ot bucket remote pull', 'desktop');
run('git ot trace list', 'desktop');
run(`git ot trace get ${id}:1`, 'desktop');

say(`That was all. What to type next:

  npm install -g .                          makes 'git ot' work everywhere
  git ot capture ~/.claude/projects         captures your own sessions (they stay on this machine)
  git ot trace list
  git ot --help`);

/** Two home folders, a session in the first, and git-ot on the PATH. */
function prepare() {
  const project = join(scratch, 'laptop', '.claude', 'projects', '-home-dev-acme');
  const agents = join(project, SESSION_ID, 'subagents');
  mkdirSync(agents, { recursive: true });
  mkdirSync(join(scratch, 'desktop'));
  mkdirSync(join(scratch, 'bin'));
  symlinkSync(PROGRAM, join(scratch, 'bin', 'git-ot'));
  copySession(join(SESSION, 'input.jsonl'), join(project, `${SESSION_ID}.jsonl`));
  for (const name of readdirSync(join(SESSION, 'subagents'))) {
    if (name.endsWith('.jsonl')) copySession(join(SESSION, 'subagents', name), join(agents, name));
  }
}

/** The fixture as a session of somebody, with a token pasted into the first prompt: what a push must not send. */
function copySession(from, to) {
  const token = `ghp_${'A1b2C3d4'.repeat(5).slice(0, 36)}`;
  const text = readFileSync(from, 'utf8');
  writeFileSync(
    to,
    text
      .replaceAll('/home/dev/', '/home/ada/')
      .replaceAll('and add a test.', `and add a test (CI token ${token}).`),
  );
}

function say(text) {
  console.log(`\n# ${text}`);
}

/** Runs a command in the home folder of a machine and shows both. */
function run(command, machine) {
  console.log(`\n${machine}$ ${command}`);
  const { status } = spawnSync('sh', ['-c', command], options(machine, 'inherit'));
  if (status !== 0) fail(command, status);
}

/** What a command prints on stdout. */
function output(command, machine) {
  const { status, stdout } = spawnSync(
    'sh',
    ['-c', command],
    options(machine, ['ignore', 'pipe', 'inherit']),
  );
  if (status !== 0) fail(command, status);
  return stdout;
}

function options(machine, stdio) {
  const home = join(scratch, machine);
  const env = {
    ...process.env,
    HOME: home,
    OT_HOME: join(home, '.opentraces'),
    PATH: [join(scratch, 'bin'), dirname(process.execPath), process.env.PATH].join(delimiter),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
  };
  return { cwd: home, env, stdio, encoding: 'utf8' };
}

function fail(command, status) {
  console.error(`\nthe demo ends here: '${command}' ended with ${status}`);
  process.exit(1);
}
