/** Texts of lines: a third and more of them everyday ones that stand all over the files. */
import type { Chance } from './chance.ts';

/** Fifty lines as they are in many files. */
const EVERYDAY: readonly string[] = [
  ...[
    '}',
    '  }',
    '    }',
    '});',
    '  });',
    ')',
    '];',
    '  ];',
    '{',
    '',
    '',
    '/**',
    ' */',
    '  else {',
    '  } else {',
  ],
  ...[
    'return null;',
    '  return null;',
    '    return null;',
    '  return true;',
    '  return false;',
    '  return result;',
  ],
  ...[
    '  break;',
    '    break;',
    '    continue;',
    '  default:',
    '  try {',
    '  } catch {',
    '  } finally {',
    'export {',
  ],
  ...[
    '  let index = 0;',
    '  const result = [];',
    '  index += 1;',
    '  if (index > 0) {',
    '  if (value === null) {',
  ],
  ...[
    "import { join } from 'node:path';",
    "import { readFile } from 'node:fs';",
    "import test from 'node:test';",
  ],
  ...[
    "import assert from 'node:assert';",
    "'use strict';",
    'const options = {};',
    '  await next();',
    '  done();',
  ],
  ...[
    '  console.log(value);',
    '  throw new Error();',
    '// eslint-disable-next-line',
    '  // nothing to do',
    'end',
  ],
  ...['  pass', '  self.value = value', 'async function main() {'],
];

export class Vocabulary {
  readonly #chance: Chance;
  readonly #share: number;
  #made = 0;
  #everyday = 0;

  constructor(chance: Chance, share = 0.4) {
    this.#chance = chance;
    this.#share = share;
  }

  /** Everyday lines among all that were made. */
  get share(): number {
    return this.#everyday / Math.max(1, this.#made);
  }

  line(): string {
    this.#made += 1;
    if (!this.#chance.happens(this.#share)) return `  const name${this.#made} = compute(${this.#made * 7});`;
    this.#everyday += 1;
    return this.#chance.pick(EVERYDAY);
  }
}
