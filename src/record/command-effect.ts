/**
 * What a shell command line may do to files of a work tree, by the names of its programs. In doubt it writes: only a
 * line all of whose programs are known to read does not.
 */
import { effectiveCommand } from './command-family.ts';
import { simpleCommands } from './shell-command.ts';

export interface CommandEffect {
  /** It may write files. */
  readonly writes: boolean;
  /** It may bring texts that others wrote into files: from commits, a stash, a patch. */
  readonly brings: boolean;
  /** It commits. */
  readonly commits: boolean;
}

const READERS = names(
  'cat ls ll grep egrep fgrep rg ag head tail wc pwd cd pushd popd echo printf which type whereis test [ [[ true false : sleep diff cmp',
  'comm stat file uniq cut tr column nl tac rev tree du df date cal ps top id whoami uname hostname export unset set local read',
  'jq less more man xxd od hexdump md5sum sha1sum sha256sum cksum basename dirname realpath readlink kill pkill wait exit return',
  'seq expr fold strings tput clear history alias ping nslookup dig lsof netstat ss free uptime yes break continue shift trap',
);
const GIT_READERS = names(
  'status diff log show branch rev-parse rev-list ls-files ls-tree ls-remote blame add push fetch remote config tag grep describe',
  'shortlog reflog cat-file diff-tree diff-index diff-files for-each-ref merge-base name-rev symbolic-ref show-ref help version var',
  'check-ignore count-objects fsck gc notes bundle update-index write-tree hash-object whatchanged cherry range-diff init update-ref ot',
);
const GIT_WRITERS = names('rm clean');
/** Put texts into files that stand somewhere else, or stood. */
const CARRIERS = names(
  'mv cp ln install tar unzip gunzip bunzip2 unxz unzstd gzip xz bzip2 zstd cpio rsync scp sftp curl wget dd split 7z unrar ditto patch',
);
/** Print what files hold, after so many words that are no files. */
const PRINTERS: ReadonlyMap<string, number> = new Map([
  ...[...names('cat tac nl head tail sort uniq cut paste rev fold column comm diff')].map(
    (each) => [each, 0] as const,
  ),
  ...[...names('sed gsed awk gawk grep egrep fgrep rg jq')].map((each) => [each, 1] as const),
]);
/** Keep commits and work trees as they please. */
const OTHER_HISTORIES = names('hg svn jj sl bzr fossil');
const SHELLS = names('sh bash zsh dash ksh');
const GIT_VALUED = names('-C -c --git-dir --work-tree --namespace --exec-path --config-env');
/** Commands in commands are read this deep. */
const DEEPEST = 3;
/** A longer line is cut by the reader of its words. */
const LONGEST = 20_000;

const NOTHING: CommandEffect = { writes: false, brings: false, commits: false };
const WRITES: CommandEffect = { ...NOTHING, writes: true };
const BRINGS: CommandEffect = { ...WRITES, brings: true };

function names(...lists: readonly string[]): ReadonlySet<string> {
  return new Set(lists.flatMap((list) => list.split(' ')));
}

export function effectOfCommand(line: string): CommandEffect {
  return effectAt(line, 0);
}

function effectAt(line: string, depth: number): CommandEffect {
  const start = line.length > LONGEST ? WRITES : NOTHING;
  const commands = simpleCommands(line);
  const sum = commands.reduce((before, words) => both(before, effectOf(words, depth)), start);
  // `cat a b >c`, `git show x | tee y`: what one of them prints may be what another one writes.
  const isPassed = commands.some((words) => isRedirected(words) || effectiveCommand(words)[0] === 'tee');
  return isPassed && commands.some(printsFiles) ? both(sum, BRINGS) : sum;
}

function both(left: CommandEffect, right: CommandEffect): CommandEffect {
  return {
    writes: left.writes || right.writes,
    brings: left.brings || right.brings,
    commits: left.commits || right.commits,
  };
}

function effectOf(words: readonly string[], depth: number): CommandEffect {
  const redirected = isRedirected(words) ? WRITES : NOTHING;
  const [program = '', ...rest] = effectiveCommand(words);
  return both(redirected, ofProgram(program, rest, depth));
}

function ofProgram(program: string, rest: readonly string[], depth: number): CommandEffect {
  if (program === '' || READERS.has(program)) return NOTHING;
  if (program === 'git') return ofGit(rest);
  if (OTHER_HISTORIES.has(program) || CARRIERS.has(program)) return BRINGS;
  if (program === 'gh' || program === 'glab') return rest.includes('checkout') ? BRINGS : NOTHING;
  if (program === 'sed' || program === 'gsed') return readsOnly(rest, /^(?:-[a-zA-Z]*i|--in-place)/);
  if (program === 'sort') return readsOnly(rest, /^(?:-o|--output)/);
  if (program === 'awk' || program === 'gawk') return readsOnly(rest, /^(?:-i|--inplace)|>/);
  if (program === 'find') return ofFind(rest, depth);
  if (program === 'xargs') return depth < DEEPEST ? effectOf(afterOptions(rest), depth + 1) : BRINGS;
  return ofShell(program, rest, depth);
}

function readsOnly(rest: readonly string[], writing: RegExp): CommandEffect {
  return rest.some((word) => writing.test(word)) ? WRITES : NOTHING;
}

function ofFind(rest: readonly string[], depth: number): CommandEffect {
  const at = rest.findIndex((word) => /^-(?:exec|execdir|ok|okdir)$/.test(word));
  if (at >= 0) return depth < DEEPEST ? effectOf(rest.slice(at + 1), depth + 1) : BRINGS;
  return readsOnly(rest, /^-(?:delete|fprint)/);
}

/** A command line inside of one is read too. */
function ofShell(program: string, rest: readonly string[], depth: number): CommandEffect {
  const at = SHELLS.has(program) ? rest.findIndex((word) => /^-[a-z]{0,3}c$/.test(word)) : -1;
  const line = program === 'eval' ? rest.join(' ') : at < 0 ? undefined : rest[at + 1];
  if (line === undefined) return WRITES;
  return depth < DEEPEST ? effectAt(line, depth + 1) : BRINGS;
}

function ofGit(words: readonly string[]): CommandEffect {
  let at = 0;
  while (at < words.length && words[at]!.startsWith('-')) at += GIT_VALUED.has(words[at]!) ? 2 : 1;
  const verb = words[at] ?? '';
  if (verb === 'commit') return { ...NOTHING, commits: true };
  if (verb === '' || GIT_READERS.has(verb)) return NOTHING;
  return GIT_WRITERS.has(verb) ? WRITES : BRINGS;
}

function afterOptions(words: readonly string[]): readonly string[] {
  const at = words.findIndex((word) => !word.startsWith('-') && !/^\d+$/.test(word) && word !== '{}');
  return at < 0 ? [] : words.slice(at);
}

/** Whether a command prints texts of files: it names some, or has one as its input. */
function printsFiles(words: readonly string[]): boolean {
  const [program = '', ...rest] = effectiveCommand(words);
  if (program === 'git')
    return rest.some((word) => /^(?:show|cat-file|diff|log|grep|blame|archive)$/.test(word));
  const first = PRINTERS.get(program);
  if (first === undefined) return false;
  let operands = 0;
  for (let at = 0; at < rest.length; at += 1) {
    const found = /^(?:\d|&)?([<>]{1,3})[|&-]?(.*)$/s.exec(rest[at]!);
    if (found !== null && found[1] === '<') return true;
    if (found !== null) at += found[2] === '' ? 1 : 0;
    else if (!rest[at]!.startsWith('-')) operands += 1;
  }
  return operands > first;
}

/** Output that goes to a file: `>file`, `> file`, `2>>file`, `&>file`; not to another descriptor or a device. */
function isRedirected(words: readonly string[]): boolean {
  return words.some((word, at) => {
    const found = /^(?:\d|&)?>{1,2}\|?(.*)$/s.exec(word);
    if (found === null) return false;
    const target = found[1] === '' ? (words[at + 1] ?? '') : found[1]!;
    return !/^(?:&\d|&-|\/dev\/)/.test(target);
  });
}
