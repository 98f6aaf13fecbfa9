/** The facts of a pull request made fit to leave: what the bucket's policy finds in its texts is replaced. */
import { sanitize } from '../security/sanitize.ts';
import { cut } from '../trail/pr-markdown.ts';
import type { PullRequest } from '../trail/pull-request.ts';
import type { App } from './app.ts';
import { bucketPolicy } from './policy.ts';

/** Prompts are cut once they are sealed: half of a secret would not be found. Throws what the policy throws: exit 3, and `OT_SEAL_RESIDUE` (exit 8). */
export async function sealedPullRequest(app: App, facts: PullRequest): Promise<PullRequest> {
  const { intents, commits, files } = facts;
  const texts = [
    ...intents.map(({ prompt }) => prompt ?? ''),
    ...commits.map(({ subject }) => subject),
    ...files.map(({ path }) => path),
  ];
  const policy = await bucketPolicy(app);
  const { sanitized } = await sanitize({ kind: 'row', value: { texts } }, policy);
  const sealed = [...(sanitized as { readonly texts: readonly string[] }).texts];
  const take = (count: number): string[] => sealed.splice(0, count);
  const [prompts, subjects, paths] = [take(intents.length), take(commits.length), take(files.length)];
  return {
    ...facts,
    intents: intents.map((intent, at) =>
      intent.prompt === null ? intent : { ...intent, prompt: cut(prompts[at]!) },
    ),
    commits: commits.map((commit, at) => ({ ...commit, subject: subjects[at]! })),
    files: files.map((file, at) => ({ ...file, path: paths[at]! })),
  };
}
