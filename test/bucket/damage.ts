/**
 * A machine whose bucket holds the same kind of trace three times: in its own lane, in the sealed copy of that
 * lane, and pulled from a remote. Damage is done by hand, with plain git or on files, and undone by a copy.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { traceIdOf, traceSuffix } from '../../src/base/ids.ts';
import { FINDING_FIXES, type Finding, type FindingCode } from '../../src/bucket/findings.ts';
import { tracePath } from '../../src/bucket/layout.ts';
import { SessionText, writeSession } from '../capture/session-file.ts';
import { type Machine, newMachine, type Outcome, runInProcess } from '../support/cli.ts';
import { restoreFolder } from '../support/restore-folder.ts';
import { accountOf } from '../sync/sessions.ts';

/** One of the three copies to damage. */
export interface Place {
  readonly kind: 'own' | 'sealed' | 'pulled';
  readonly gitDir: string;
  readonly ref: string;
  readonly traceId: string;
}

/** What a path of a journal gets: content, an object of another mode, or nothing. */
export type Edit = string | Buffer | { readonly mode: string; readonly oid: string } | null;

const SESSIONS = ['a0000001', 'a0000002', 'a0000003'].map((start) => `${start}-2222-4333-8444-555555555555`);

/** A folder below a home that sealing hides. */
const FOLDER = `/home/${accountOf(1)}/work`;

/**
 * 72 steps in two segments, a source of two chunks, and a result that becomes a blob. A home path is all over
 * it, so that the sealed copy shares nothing of this with the raw trace.
 */
function longSession(sessionId: string): SessionText {
  const session = new SessionText(sessionId, { cwd: FOLDER });
  for (let turn = 1; turn <= 35; turn += 1) {
    session.user(`Question ${turn} about ${FOLDER}?`).say(`${turn} `.repeat(1500));
  }
  session.call('Read', { file_path: `${FOLDER}/large.txt` });
  return session.result('call_1', `a line of ${FOLDER}/large.txt\n`.repeat(1000));
}

export class DamagedMachine {
  readonly machine: Machine = newMachine();
  /** Log of the long session in the own lane. */
  readonly log: string;
  /** Id and log of a second trace in the same lane, which is never damaged. */
  readonly bystander: string;
  readonly #template: string;
  places: readonly Place[] = [];

  private constructor() {
    this.log = writeSession(longSession(SESSIONS[0]!));
    this.bystander = traceIdOf('claude-code', SESSIONS[2]!);
    this.#template = join(this.machine.home, 'template');
  }

  static async create(): Promise<DamagedMachine> {
    const made = new DamagedMachine();
    const remote = join(made.machine.home, 'team.git');
    execFileSync('git', ['init', '-q', '--bare', remote], { env: made.machine.env });
    const other = newMachine();
    await pushed(other, remote, writeSession(longSession(SESSIONS[1]!)));
    await pushed(
      made.machine,
      remote,
      made.log,
      writeSession(new SessionText(SESSIONS[2]!).user('hi').say('yes')),
    );
    await succeed(made.machine, 'bucket', 'remote', 'pull', 'team');
    made.#findPlaces();
    for (const gitDir of new Set(made.places.map((place) => place.gitDir))) made.#unpack(gitDir);
    cpSync(made.machine.otHome, made.#template, { recursive: true, preserveTimestamps: true });
    return made;
  }

  /** The bucket as it was before any damage. */
  restore(): void {
    restoreFolder(this.machine.otHome, this.#template);
  }

  place(kind: Place['kind']): Place {
    return this.places.find((place) => place.kind === kind)!;
  }

  run(...argv: string[]): Promise<Outcome> {
    return runInProcess(argv, { machine: this.machine });
  }

  /** What `bucket verify` says with `--json`; asserts one document, and the exit code that belongs to it. */
  async verify(...options: string[]): Promise<readonly Finding[]> {
    const { code, stdout, stderr } = await this.run('bucket', 'verify', ...options, '--json');
    const document = JSON.parse(stdout) as { status: string; ok: boolean; findings: Finding[] };
    const { findings } = document;
    const sound = findings.length === 0;
    expect({ code, status: document.status, ok: document.ok, stderr }).toEqual(
      sound
        ? { code: 0, status: 'ok', ok: true, stderr: '' }
        : { code: 5, status: 'error', ok: false, stderr: '' },
    );
    for (const { fix } of findings) expect(fix.length).toBeLessThanOrEqual(200);
    return findings;
  }

  git(
    gitDir: string,
    args: readonly string[],
    options: { input?: string | Buffer; index?: string } = {},
  ): string {
    const env = {
      ...this.machine.env,
      ...PERSON,
      ...(options.index ? { GIT_INDEX_FILE: options.index } : {}),
    };
    const { input = '' } = options;
    return execFileSync('git', ['--git-dir', gitDir, ...args], { env, input, encoding: 'utf8' }).trim();
  }

  blob({ gitDir }: Pick<Place, 'gitDir'>, content: string | Buffer): string {
    return this.git(gitDir, ['hash-object', '-w', '--stdin'], { input: content });
  }

  /** Object id of a file of the trace, or of any other place in its journal. */
  oid(place: Place, file: string): string {
    return this.git(place.gitDir, ['rev-parse', '--verify', `${place.ref}:${inTrace(place, file)}`]);
  }

  content({ gitDir, ref, traceId }: Place, file: string): string {
    const name = `${ref}:${inTrace({ traceId }, file)}`;
    return execFileSync('git', ['--git-dir', gitDir, 'cat-file', 'blob', name], {
      env: this.machine.env,
      encoding: 'utf8',
    });
  }

  /** File of a loose object, writable. */
  loose({ gitDir }: Pick<Place, 'gitDir'>, oid: string): string {
    const path = join(gitDir, 'objects', oid.slice(0, 2), oid.slice(2));
    chmodSync(path, 0o644);
    return path;
  }

  /** Appends a commit with files of the trace written, replaced (content, or mode and id) or removed (null). */
  edit(place: Place, files: Readonly<Record<string, Edit>>): void {
    const paths = Object.entries(files).map(([file, edit]) => [inTrace(place, file), edit] as const);
    this.editJournal(place, Object.fromEntries(paths));
  }

  /** The same for a file of JSON, as `change` leaves it. */
  editJson(place: Place, file: string, change: (record: Record<string, unknown>) => void): void {
    const record = JSON.parse(this.content(place, file)) as Record<string, unknown>;
    change(record);
    this.edit(place, { [file]: `${JSON.stringify(record)}\n` });
  }

  /** Path in the trace of the one large text that is a blob. */
  blobPath({ gitDir, ref, traceId }: Place): string {
    const folder = `${tracePath(traceId)}/`;
    const paths = this.git(gitDir, ['ls-tree', '-r', '--name-only', ref, `${folder}blobs/`]).split('\n');
    expect(paths).toHaveLength(1);
    return paths[0]!.slice(folder.length);
  }

  /** The same with paths of the whole journal. */
  editJournal(place: Place, files: Readonly<Record<string, Edit>>): void {
    const lines = Object.entries(files).map(([path, edit]) => this.#indexLine(place, path, edit));
    const [index, input] = [join(this.machine.home, 'index'), `${lines.join('\n')}\n`];
    this.#script(place, EDIT, { index, input });
  }

  /** Moves the journal to a commit of this tree whose parents are its tip and `others`. */
  commit(place: Place, tree: string, others: readonly string[] = []): void {
    this.#script(place, COMMIT, { args: [tree, ...others] });
  }

  /** Several calls of git in one of a shell: each start from here costs as much as ten from there. */
  #script(
    { gitDir, ref }: Place,
    script: string,
    { args = [], index = '', input = '' }: { args?: readonly string[]; index?: string; input?: string },
  ): void {
    const env = { ...this.machine.env, ...PERSON, GIT_DIR: gitDir, ...(index && { GIT_INDEX_FILE: index }) };
    execFileSync('sh', ['-ec', script, 'sh', ref, ...args], { env, input });
  }

  /** Does what the fixes of damage inside a trace say; asserts that then all is sound. */
  async mendTraces(objects: readonly string[] = []): Promise<void> {
    const [own, sealed, pulled] = (['own', 'sealed', 'pulled'] as const).map((kind) => this.place(kind));
    for (const oid of objects)
      for (const { gitDir } of [own!, pulled!]) rmSync(objectFile(gitDir, oid), { force: true });
    await succeed(this.machine, 'capture', '--again', this.log);
    this.git(own!.gitDir, ['update-ref', '-d', sealed!.ref]);
    await this.mendCopies();
  }

  /** Seals anew and pulls anew; asserts that then all is sound. */
  async mendCopies(): Promise<void> {
    await succeed(this.machine, 'bucket', 'remote', 'push', '--yes');
    rmSync(this.place('pulled').gitDir, { recursive: true });
    await succeed(this.machine, 'bucket', 'remote', 'pull', 'team');
    expect(await this.verify('--full')).toEqual([]);
  }

  #indexLine(place: Place, path: string, edit: Edit): string {
    if (edit === null) return `0 ${'0'.repeat(40)}\t${path}`;
    if (typeof edit === 'string' || Buffer.isBuffer(edit)) return `100644 ${this.blob(place, edit)}\t${path}`;
    return `${edit.mode} ${edit.oid}\t${path}`;
  }

  #findPlaces(): void {
    const bucket = join(this.machine.otHome, 'bucket.git');
    const [own, theirs] = SESSIONS.map((sessionId) => traceIdOf('claude-code', sessionId));
    const remote = join(this.machine.otHome, 'remotes', 'team.git');
    this.places = [
      {
        kind: 'own',
        gitDir: bucket,
        ref: this.#refWith(bucket, 'refs/opentraces/lanes', own!),
        traceId: own!,
      },
      {
        kind: 'sealed',
        gitDir: bucket,
        ref: this.#refWith(bucket, 'refs/opentraces/sealed', own!),
        traceId: own!,
      },
      {
        kind: 'pulled',
        gitDir: remote,
        ref: this.#refWith(remote, 'refs/opentraces/sealed', theirs!),
        traceId: theirs!,
      },
    ];
  }

  #refWith(gitDir: string, prefix: string, traceId: string): string {
    const refs = this.git(gitDir, ['for-each-ref', '--format=%(refname)', prefix]).split('\n');
    const found = refs.find((ref) => this.git(gitDir, ['ls-tree', '-d', ref, tracePath(traceId)]) !== '');
    return found!;
  }

  /** Every object a file of its own, so that each can be damaged alone. */
  #unpack(gitDir: string): void {
    const folder = join(gitDir, 'objects', 'pack');
    for (const name of existsSync(folder) ? readdirSync(folder) : []) {
      if (!name.endsWith('.pack')) continue;
      const moved = join(this.machine.home, name);
      cpSync(join(folder, name), moved);
      for (const file of readdirSync(folder))
        if (file.startsWith(name.slice(0, -5))) rmSync(join(folder, file));
      execFileSync('sh', ['-c', 'git --git-dir "$1" unpack-objects -q < "$2"', 'sh', gitDir, moved], {
        env: this.machine.env,
      });
    }
  }
}

/** `COMMIT REF TREE [PARENT...]`: the tip of REF is the first parent. */
const COMMIT = `
ref=$1 tree=$2; shift 2
parents="-p $(git rev-parse "$ref")"
for other; do parents="$parents -p $(git rev-parse "$other")"; done
git update-ref "$ref" "$(git commit-tree -m x $parents "$tree")"
`;

/** Appends a commit with lines for the index, from stdin. */
const EDIT = `
git read-tree "$1"
git update-index --index-info
set -- "$1" "$(git write-tree --missing-ok)"
rm "$GIT_INDEX_FILE"
${COMMIT}`;

const PERSON = {
  GIT_AUTHOR_NAME: 'x',
  GIT_AUTHOR_EMAIL: 'x@example.invalid',
  GIT_COMMITTER_NAME: 'x',
  GIT_COMMITTER_EMAIL: 'x@example.invalid',
};

/** Path in the journal of a file of the trace, `T6` in it standing for the suffix of its names. */
export function inTrace({ traceId }: Pick<Place, 'traceId'>, file: string): string {
  const name = file.replace('T6', traceSuffix(traceId));
  return name === '' ? tracePath(traceId) : `${tracePath(traceId)}/${name}`;
}

/** The path of a finding about a file of the trace. */
export function pathOf(place: Place, file: string): string {
  return `${place.ref}:${inTrace(place, file)}`;
}

/** Does the same damage in every place; `verify` in both modes must find just this, and each fix must fit its place. */
export async function expectFound(
  damaged: DamagedMachine,
  damage: (place: Place) => Readonly<Record<string, FindingCode>>,
): Promise<readonly Finding[]> {
  const expected = damaged.places.flatMap((place) =>
    Object.entries(damage(place)).map(([file, code]) => `${code} ${pathOf(place, file)}`),
  );
  const full = await damaged.verify('--full');
  expect(summary(full)).toEqual(expected.sort());
  expect(summary(await damaged.verify('--sample', '100'))).toEqual(expected);
  for (const found of full) expect(found.fix).toContain(fixOf(found, damaged.places));
  return full;
}

function fixOf({ code, path }: Finding, places: readonly Place[]): string {
  const { kind } = places.find(({ ref }) => path.startsWith(ref))!;
  if (code === 'record_version' || kind === 'own') return FINDING_FIXES[code];
  return kind === 'sealed' ? 'the next push seals anew' : 'git ot bucket remote pull team';
}

export function objectFile(gitDir: string, oid: string): string {
  return join(gitDir, 'objects', oid.slice(0, 2), oid.slice(2));
}

/** Code and path of each finding, sorted: what tests compare. */
export function summary(findings: readonly Pick<Finding, 'code' | 'path'>[]): string[] {
  return findings.map(({ code, path }) => `${code} ${path}`).sort();
}

async function succeed(machine: Machine, ...argv: string[]): Promise<void> {
  const { code, stderr } = await runInProcess(argv, { machine });
  expect({ argv, code, stderr: code === 0 ? '' : stderr }).toEqual({ argv, code: 0, stderr: '' });
}

async function pushed(machine: Machine, remote: string, ...logs: string[]): Promise<void> {
  await succeed(machine, 'capture', ...logs);
  await succeed(machine, 'bucket', 'remote', 'add', 'team', remote);
  await succeed(machine, 'bucket', 'remote', 'push', '--yes');
}
