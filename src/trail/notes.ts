/** Notes in the code repository: each commit with the traces that wrote lines of it. */
import type { Oid } from '../git/ports.ts';
import type { TrailRepository } from './repository.ts';

export const NOTES_REF = 'refs/notes/opentraces';
const PREFIX = 'opentraces:';

/**
 * Adds a line `opentraces:<trace id>` for each trace of each commit that is not there yet; other lines stay.
 * Gives the number of notes written. `now`: seconds since 1970. Throws `OT_GIT_FAILED`.
 */
export async function writeNotes(
  { git, gitDir, objects }: TrailRepository,
  wanted: ReadonlyMap<Oid, ReadonlySet<string>>,
  now: number,
): Promise<number> {
  const known = await listNotes(git, gitDir);
  const commands: Buffer[] = [];
  let notes = 0;
  for (const [commit, traces] of wanted) {
    const blob = known.get(commit);
    const note = blob === undefined ? null : await objects.read(blob);
    const text = note?.data.toString('utf8') ?? '';
    const lines = new Set(text.split('\n').filter((line) => line !== ''));
    const before = lines.size;
    for (const trace of [...traces].sort()) lines.add(`${PREFIX}${trace}`);
    if (lines.size === before) continue;
    notes += 1;
    const data = Buffer.from([...lines].map((line) => `${line}\n`).join(''));
    commands.push(Buffer.from(`N inline ${commit}\ndata ${data.length}\n`), data, Buffer.from('\n'));
  }
  if (notes > 0)
    await importNotes({ git, gitDir }, commands, {
      now,
      isNew: known.size === 0 && !(await exists({ git, gitDir })),
    });
  return notes;
}

type Place = Pick<TrailRepository, 'git' | 'gitDir'>;

async function exists({ git, gitDir }: Place): Promise<boolean> {
  const args = ['rev-parse', '--verify', '--quiet', `${NOTES_REF}^{commit}`];
  return (await git.run(args, { gitDir, okCodes: [0, 1] })).code === 0;
}

/** Commit to the blob of its note. */
export async function listNotes(git: TrailRepository['git'], gitDir: string): Promise<Map<Oid, Oid>> {
  const { code, stdout } = await git.run(['notes', `--ref=${NOTES_REF}`, 'list'], {
    gitDir,
    okCodes: [0, 1, 128],
  });
  if (code !== 0) return new Map();
  const rows = stdout.toString('utf8').split('\n').filter(Boolean);
  return new Map(
    rows.map((row): [Oid, Oid] => [row.slice(row.indexOf(' ') + 1), row.slice(0, row.indexOf(' '))]),
  );
}

async function importNotes(
  { git, gitDir }: Place,
  commands: readonly Buffer[],
  { now, isNew }: { readonly now: number; readonly isNew: boolean },
): Promise<void> {
  const message = 'traces of commits\n';
  const head = [
    `commit ${NOTES_REF}`,
    `committer opentraces <opentraces@localhost> ${now} +0000`,
    `data ${message.length}`,
    message,
  ].join('\n');
  const from = isNew ? '' : `from ${NOTES_REF}^0\n`;
  const input = Buffer.concat([Buffer.from(`${head}${from}`), ...commands, Buffer.from('done\n')]);
  await git.run(['fast-import', '--quiet', '--done', '--date-format=raw'], { gitDir, input });
}

/** Notes follow a rewrite of their commits, and those of several machines are united line by line. Written once. */
export async function configureNotes({ git, gitDir }: TrailRepository): Promise<void> {
  const { stdout } = await git.run(['config', '--get-regexp', '-z', '^notes\\.'], {
    gitDir,
    okCodes: [0, 1],
  });
  const known = new Set(stdout.toString('utf8').split('\0'));
  if (!known.has(`notes.rewriteref\n${NOTES_REF}`))
    await git.run(['config', '--local', '--add', 'notes.rewriteRef', NOTES_REF], { gitDir });
  if (!known.has('notes.opentraces.mergestrategy\ncat_sort_uniq'))
    await git.run(['config', '--local', 'notes.opentraces.mergeStrategy', 'cat_sort_uniq'], { gitDir });
}
