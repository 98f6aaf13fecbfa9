// Verifying a bucket in full, against git's own check of the same repository.

/** @type {import('../runner.mjs').Row} */
export const verify = {
  name: 'verify',
  what: 'bucket verify --full, bucket packed by git repack -adf',
  reference: 'git fsck --full of it',
  bar: 1.6,
  runs: 9,
  needs: ['capture', 'bucket verify'],
  prepare(context) {
    const { home, gitDir } = context.packedBucket();
    return {
      reference: { command: () => context.git([`--git-dir=${gitDir}`, 'fsck', '--full']) },
      subject: {
        command: () => context.ot(['bucket', 'verify', '--full', '--json'], home),
        check: (stdout) => {
          const { status, findings } = JSON.parse(stdout);
          if (status !== 'ok' || findings.length > 0) throw new Error('the bucket has findings');
        },
      },
    };
  },
};
