// git as the attribution benchmark uses it: nothing of the user's configuration, everything in memory.
import { spawnSync } from 'node:child_process';

const ENV = {
  PATH: process.env.PATH ?? '',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_NO_LAZY_FETCH: '1',
  TZ: 'UTC',
};

/** Bytes that git printed; throws when it fails. */
export function gitBytes(repository, args, input = '') {
  const all = ['-C', repository, ...args];
  const { status, error, stdout, stderr } = spawnSync('git', all, {
    env: ENV,
    input,
    maxBuffer: 2 ** 31 - 1,
  });
  if (error !== undefined) throw error;
  if (status !== 0)
    throw new Error(`git ${args.slice(0, 3).join(' ')}: ${stderr.toString('utf8').slice(-500)}`);
  return stdout;
}

export function gitText(repository, args, input = '') {
  return gitBytes(repository, args, input).toString('utf8');
}

/** Contents by name, those that are there: `<commit>:<path>` or ids; in batches that fit into memory. */
export function* readObjects(repository, names) {
  for (let at = 0; at < names.length; at += 64) {
    const batch = names.slice(at, at + 64);
    const bytes = gitBytes(repository, ['cat-file', '--batch'], `${batch.join('\n')}\n`);
    let offset = 0;
    for (const name of batch) {
      const end = bytes.indexOf(10, offset);
      const head = bytes.toString('utf8', offset, end);
      const size = / blob (\d+)$/.exec(head)?.[1];
      offset = end + 1;
      if (size === undefined) continue;
      yield { name, bytes: bytes.subarray(offset, offset + Number(size)) };
      offset += Number(size) + 1;
    }
  }
}
