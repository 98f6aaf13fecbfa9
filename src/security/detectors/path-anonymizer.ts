/** Tool `path_anonymizer`: the user's name in home paths of every system. The rest of the path stays. */
import type { Detector } from '../contract.ts';
import type { Span } from '../placeholder.ts';
import { type Rule, shape } from '../rules/rule.ts';
import { AnchoredDetector } from './anchored.ts';

/** Accounts and placeholders that name nobody. */
const NOBODY = new Set(
  (
    'root runner shared public default guest admin administrator user users username you me name nobody ubuntu debian ' +
    'ec2-user centos fedora vagrant pi node vscode codespace gitpod git app linuxbrew jovyan coder sandbox agent ' +
    'developer dev builder build circleci jenkins gitlab-runner runneradmin containeradministrator all systemprofile ' +
    'test testuser someone somebody example foo bar x xxx home src lib bin tmp'
  ).split(' '),
);

/** Separator in any escape: `/`, `\`, `\\`, `\/`, `%2F`, `%5C`. */
const SEPARATOR = String.raw`(?:[\\/]{1,8}|%2[fF]|%5[cC])`;
/** Byte form of letters beyond ASCII included. */
const NAME = String.raw`([A-Za-z0-9_\x80-\xff](?:[A-Za-z0-9_.@+\x80-\xff-]{0,62}[A-Za-z0-9_\x80-\xff$-])?)`;
/** A folder below which other systems mount theirs: `/mnt/c`, `/Volumes/x`, `//wsl$/Ubuntu`, `file://`. */
const MOUNT = String.raw`(?:(?:mnt|host_mnt|cygdrive|run/desktop/mnt/host|Volumes|[Dd]ata|var|usr|nfs|net|export|srv|private)(?:[\\/]{1,8}[A-Za-z]{1,12})?|wsl(?:\$|\.localhost)[\\/]{1,8}[A-Za-z0-9._-]{1,32}|[A-Za-z]:|%3[aA]|-[A-Za-z])`;
/** What may stand before the first separator: nothing of a word, so that URLs' routes do not match. */
const BEFORE = String.raw`(?<=(?:^|[^A-Za-z0-9_.\x80-\xff$)}>~-]|(?<![A-Za-z0-9])${MOUNT})${SEPARATOR})`;

const UNIX = new RegExp(`${BEFORE}(?:Users|home|homes)${SEPARATOR}${NAME}`, 'dy');
const WINDOWS = new RegExp(
  String.raw`(?<=(?<![A-Za-z0-9])[A-Za-z](?::|%3[aA])${SEPARATOR})users${SEPARATOR}([A-Za-z0-9_.\x80-\xff-]{1,32}(?: [A-Za-z0-9_.\x80-\xff-]{1,32}){1,2}(?=\\)|[A-Za-z0-9_\x80-\xff][A-Za-z0-9_.@+\x80-\xff-]{0,62})`,
  'diy',
);
/** Agents name a project's folder after its path with every separator turned into a hyphen. */
const MUNGED =
  /(?<=(?:^|[\\/"'`=:( ]|(?<![A-Za-z0-9])[A-Za-z]-)-)(?:Users|home)-([A-Za-z0-9]{1,64})(?=-|$|[\\/"'`)])/dy;

/** `~name/`: an argument of a shell. */
const TILDE = /(?<=(?:^|[ \t\r\n=:]))~([a-z][a-z0-9_-]{2,31})(?=\/)/;
const LETTERS = [...'abcdefghijklmnopqrstuvwxyz'];
const TILDE_ANCHORS = LETTERS.flatMap((a) => [...LETTERS, ...'0123456789_'].map((b) => `~${a}${b}`));

const FORMS: readonly RegExp[] = [WINDOWS, UNIX, MUNGED];

function matchName(text: string, at: number): Span | null {
  for (const form of FORMS) {
    form.lastIndex = at;
    const span = form.exec(text)?.indices?.[1];
    if (span !== undefined) return isSomebody(text.slice(...span)) ? { start: span[0], end: span[1] } : null;
  }
  return null;
}

function isSomebody(name: string): boolean {
  return !NOBODY.has(name.toLowerCase()) && /[A-Za-z\x80-\xff]/.test(name);
}

/** Folders that build tools put behind a tilde. */
const NO_HOME =
  /^(?:components?|assets?|lib|libs|pages?|styles?|utils?|types?|server|shared|common|bootstrap|config|public)$/;

const tilde = shape('home-of-user', 'user', TILDE_ANCHORS, TILDE, {
  accept: (name) => isSomebody(name) && !NO_HOME.test(name),
});

export const HOME_RULES: readonly Rule[] = [
  { name: 'home-path', kind: 'user', anchors: ['home', 'users'], certain: false, match: matchName },
  tilde,
];

export const pathAnonymizer: Detector = AnchoredDetector.of({
  name: 'path_anonymizer',
  version: 2,
  rules: HOME_RULES,
});
