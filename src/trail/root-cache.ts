/** Root commits of a repository, kept in the catalog: git would walk the whole history for them every time. */
import type { Sqlite } from '../base/sqlite.ts';
import type { Oid } from '../git/ports.ts';
import type { GitProgram } from '../git/spawn.ts';

/** Roots of `head` and of every commit asked about before, sorted; only what is new since is walked. */
export async function cachedRoots(
  database: Sqlite,
  { git, gitDir, head }: { readonly git: GitProgram; readonly gitDir: string; readonly head: Oid },
): Promise<readonly Oid[]> {
  const [known] = database.all<{ head: string; roots: string }>(
    'SELECT head, roots FROM trail_roots WHERE git_dir = ?',
    gitDir,
  );
  if (known?.head === head) return known.roots.split(' ');
  const range = known === undefined ? [head] : [head, `^${known.head}`];
  const args = ['rev-list', '--ignore-missing', '--max-parents=0', '--end-of-options', ...range, '--'];
  const { code, stdout } = await git.run(args, { gitDir, okCodes: [0, 128] });
  if (code !== 0) return known?.roots.split(' ') ?? [];
  const fresh = stdout.toString('utf8').split('\n').filter(Boolean);
  const roots = [...new Set([...(known?.roots.split(' ') ?? []), ...fresh])].sort();
  if (roots.length > 0)
    database
      .prepare('INSERT OR REPLACE INTO trail_roots VALUES (?, ?, ?)')
      .run(gitDir, head, roots.join(' '));
  return roots;
}
