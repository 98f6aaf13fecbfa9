/** Commits as `git commit` reports them: `[main 1a2b3c4] subject`, `[main (root-commit) 1a2b3c4] subject`. */

export interface ReportedCommit {
  readonly sha: string;
  readonly branch: string | null;
  readonly subject: string;
}

const REPORT = /^\[([^\]\n]{1,250}?) (?:\([^)\n]{1,40}\) )?([0-9a-f]{7,64})\] ([^\n]{0,500})/gm;
const MAX_COMMITS = 100;

/** Every commit a command's output reports, in order; at most 100. */
export function committedIn(output: string): ReportedCommit[] {
  const found: ReportedCommit[] = [];
  for (const [, place = '', sha = '', subject = ''] of output.slice(0, 200_000).matchAll(REPORT)) {
    const branch = place.startsWith('detached ') || place.includes(' ') ? null : place;
    found.push({ sha, branch, subject: subject.trim() });
    if (found.length === MAX_COMMITS) break;
  }
  return found;
}
