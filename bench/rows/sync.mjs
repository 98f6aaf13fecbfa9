// The sealed copy on its way to a bare repository at a path, and from there into another bucket.

const SEALED = 'refs/opentraces/sealed';

/** @type {import('../runner.mjs').Row} */
export const push = {
  name: 'push',
  what: 'seal all sessions and push them to an empty repository at a path',
  reference: 'git push of the same sealed objects to an empty repository',
  runs: 3,
  needs: ['capture', 'bucket remote add', 'bucket remote push'],
  writes: true,
  prepare(context) {
    const filled = pushed(context);
    return {
      reference: {
        command: () => {
          const refs = `+${SEALED}/*:${SEALED}/*`;
          return context.git([
            `--git-dir=${filled}`,
            'push',
            '--quiet',
            context.emptyRepository('copy'),
            refs,
          ]);
        },
      },
      subject: {
        command: () => {
          const { home } = context.newBucket();
          return remotePush(context, home, context.emptyRepository('remote'));
        },
        check: assertOk,
      },
    };
  },
};

/** @type {import('../runner.mjs').Row} */
export const pull = {
  name: 'pull',
  what: 'pull all sealed sessions into a new bucket',
  reference: 'git fetch of the same refs into an empty repository',
  runs: 5,
  needs: ['capture', 'bucket remote add', 'bucket remote push', 'bucket remote pull'],
  writes: true,
  prepare(context) {
    const filled = pushed(context);
    return {
      reference: {
        command: () => {
          const gitDir = `--git-dir=${context.emptyRepository('fetched')}`;
          return context.git([gitDir, 'fetch', '--quiet', '--no-tags', filled, `+${SEALED}/*:${SEALED}/*`]);
        },
      },
      subject: {
        command: () => {
          const home = context.folder('home', { make: false });
          context.run(context.ot(['bucket', 'remote', 'add', 'origin', filled, '--json'], home));
          return context.ot(['bucket', 'remote', 'pull', 'origin', '--json'], home);
        },
        check: assertOk,
      },
    };
  },
};

/** A bare repository that every session was pushed to. */
function pushed(context) {
  const { home } = context.newBucket();
  const remote = context.emptyRepository('filled');
  context.run(remotePush(context, home, remote));
  return remote;
}

/** The remote is added at once; what is returned pushes to it. */
function remotePush(context, home, remote) {
  context.run(context.ot(['bucket', 'remote', 'add', 'origin', remote, '--json'], home));
  return context.ot(['bucket', 'remote', 'push', 'origin', '--yes', '--json'], home);
}

function assertOk(stdout) {
  if (JSON.parse(stdout).status !== 'ok') throw new Error('the command did not succeed');
}
