/**
 * Our block in a git hook: right after the first line, so that it runs whatever the rest of the hook does.
 * A hook that is there keeps every byte; one in which our block was edited is refused and shown.
 */
import { OtError } from '../../../base/errors.ts';
import { render } from './shipped.ts';

const OPENING = /^# >>> git-ot /m;
/** A hook in which nothing but our block is run. */
const ALONE = '#!/bin/sh\n';
const CLOSING = '# <<< git-ot <<<\n';
/** First lines that hand the file to a POSIX shell. */
const SHELL = /^#![ \t]*(?:\S*\/)?(?:env[ \t]+)?(?:\S*\/)?(?:sh|bash|dash|ash|ksh|zsh)(?:[ \t].*)?$/;

export interface HookTemplate {
  /** Name of the git hook. */
  readonly name: string;
  /** The block with `@HOOKS@` for the place of our scripts. */
  readonly block: string;
  /** True for a block of this or an older version, whatever its place. */
  readonly isOurs: (block: string) => boolean;
}

/** The hook with our block in it. `text` is null when there is none. */
export function withBlock(
  template: HookTemplate,
  path: string,
  text: string | null,
  hooksDir: string,
): string {
  const block = render(template.block, hooksDir);
  const rest = (text === null ? null : withoutBlock(template, path, text)) ?? ALONE;
  const first = rest.slice(0, lineEnd(rest));
  if (!first.startsWith('#!')) return `${block}${rest}`;
  if (!SHELL.test(first.trimEnd())) throw notShell(template.name, path, hooksDir);
  return `${withEnd(first)}${block}${rest.slice(first.length)}`;
}

/** The hook without our block; null when nothing of anybody's is left. */
export function withoutBlock(template: HookTemplate, path: string, text: string): string | null {
  const start = text.search(OPENING);
  if (start < 0) return text;
  const close = text.indexOf(CLOSING, start);
  const end = close < 0 ? text.length : close + CLOSING.length;
  const block = text.slice(start, end);
  if (!template.isOurs(block)) throw foreign(path, block);
  const rest = text.slice(0, start) + text.slice(end);
  return rest === ALONE ? null : rest;
}

/** True when the hook holds our block for exactly this place. */
export function hasBlock(template: HookTemplate, text: string, hooksDir: string): boolean {
  return text.includes(render(template.block, hooksDir));
}

function lineEnd(text: string): number {
  const end = text.indexOf('\n');
  return end < 0 ? text.length : end + 1;
}

function withEnd(line: string): string {
  return line.endsWith('\n') ? line : `${line}\n`;
}

/** True for a hook in another language that names our script itself, as {@link withBlock} asked for. */
export function callsOurs({ name }: HookTemplate, text: string, hooksDir: string): boolean {
  const first = text.slice(0, lineEnd(text)).trimEnd();
  const script = name === 'pre-push' ? '/pre-push' : '/spool';
  return first.startsWith('#!') && !SHELL.test(first) && text.includes(hooksDir) && text.includes(script);
}

/** What a hook runs itself, as words of a shell. */
const CALLS: Readonly<Record<string, string>> = {
  'post-commit': '@HOOKS@/spool git post-commit',
  'post-merge': '@HOOKS@/spool git post-merge "$1"',
  'post-rewrite': '@HOOKS@/spool git post-rewrite "$1" "$(cat)"',
  'pre-push': '@HOOKS@/pre-push "$@" || exit 1',
};

function notShell(name: string, path: string, hooksDir: string): OtError {
  const call = render(CALLS[name] ?? '', hooksDir);
  const more = {
    'post-rewrite': ' ($(cat) is all that it reads)',
    'pre-push': ' (with what it reads on stdin, and without a push when that fails)',
  }[name];
  return new OtError(
    'OT_HOOK_NOT_SHELL',
    'refused',
    `${path} is no shell script, so nothing was added to it`,
    { hint: `let it start this itself${more ?? ''}: ${call}` },
  );
}

function foreign(path: string, block: string): OtError {
  return new OtError('OT_HOOK_FOREIGN', 'refused', `the git-ot block in ${path} was edited`, {
    hint: `take it out by hand if it is no longer wanted:\n${block}`,
  });
}
