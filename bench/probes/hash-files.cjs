// Reference of the row `recapture`: reads every file of a list, one path a line on stdin, and hashes it.
const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');

const paths = readFileSync(0, 'utf8')
  .split('\n')
  .filter((path) => path !== '');
const digests = paths.map((path) => createHash('sha1').update(readFileSync(path)).digest('hex'));
process.stdout.write(`${digests.join('\n')}\n`);
