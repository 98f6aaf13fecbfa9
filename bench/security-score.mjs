// Labelled rows and how a detector is scored on them: per set, never pooled.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Shortest run of a secret's characters that counts as a leak. */
const RUN = 8;

/**
 * @typedef {object} Row
 * @property {string} text
 * @property {readonly string[]} secrets labelled spans; empty in a clean row
 * @property {string} rule
 * @property {'a' | 'b'} half rules fall into two halves; rows of half b are looked at in numbers only
 */

/** By rule, so that the forms of one secret stay together. */
function halfOf(rule) {
  return createHash('sha1').update(rule).digest()[0] % 2 === 0 ? 'a' : 'b';
}

function readRows(file) {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

export function gitleaksRows(corpus) {
  return readRows(join(corpus, 'secrets', 'gitleaks.jsonl'))
    .filter(({ label, secret }) => label === 'fp' || secret !== undefined)
    .map(({ rule, label, text, secret }) => ({
      rule,
      text,
      secrets: label === 'tp' ? [secret] : [],
      half: halfOf(rule),
    }));
}

export function secretlintRows(corpus) {
  const rows = readRows(join(corpus, 'secrets', 'secretlint.jsonl'));
  const labels = new Map();
  for (const { text, findings } of rows)
    labels.set(text, (labels.get(text) ?? new Set()).add(findings.length > 0));
  return rows
    .filter((row) => !row.options && !`${row.rule}/${row.case}`.includes('filter-comments'))
    .filter(({ text }) => labels.get(text).size === 1)
    .map((row) => ({
      rule: ruleOf(row),
      text: row.text,
      secrets: row.findings.map(({ secret, start, end }) => secret ?? row.text.slice(start, end)),
      half: halfOf(ruleOf(row)),
    }));
}

/** The presets repeat the rows of each rule as cases `<rule>/<case>`. */
function ruleOf(row) {
  return row.case.includes('/') ? row.case.split('/')[0] : row.rule;
}

/**
 * True when no run of {@link RUN} characters of `secret` is left in `output`. A run that the text around the
 * secret holds as well, such as a name that is also the prefix, tells nothing.
 */
export function isGone(secret, output, text) {
  const around = text.replaceAll(secret, '\0');
  const size = Math.min(RUN, secret.length);
  for (let at = 0; at + size <= secret.length; at += 1) {
    const run = secret.slice(at, at + size);
    if (output.includes(run) && !around.includes(run)) return false;
  }
  return true;
}

/**
 * @param {readonly Row[]} rows
 * @param {(text: string, index: number) => string} sanitize
 * @returns secrets caught and all, clean rows changed and all, and the rows behind the misses
 */
export function score(rows, sanitize) {
  const result = { caught: 0, secrets: 0, changed: 0, clean: 0, missed: [], wrong: [] };
  for (const [index, row] of rows.entries()) {
    const output = sanitize(row.text, index);
    if (row.secrets.length === 0) scoreClean(row, output, result);
    for (const secret of row.secrets) {
      result.secrets += 1;
      if (isGone(secret, output, row.text)) result.caught += 1;
      else result.missed.push({ ...row, secret, output });
    }
  }
  return result;
}

function scoreClean(row, output, result) {
  result.clean += 1;
  if (output === row.text) return;
  result.changed += 1;
  result.wrong.push({ ...row, output });
}
