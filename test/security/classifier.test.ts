import { describe, expect, test } from 'vitest';
import { classify } from '../../src/security/classifier.ts';

const uuid = (i: number): string => `${String(i).padStart(8, '0')}-0000-4000-8000-000000000000`;

describe('classifier', () => {
  test('nothing counted is clean', () => {
    expect(classify({ findings: {}, text: 'some words' })).toEqual({
      name: 'classifier',
      decision: 'clean',
      summary: 'nothing sensitive counted',
      payload: { flags: [], risk_score: 0, sensitivity: 'medium' },
    });
  });

  test('flags by severity, risk that grows and stays below one', () => {
    const { decision, payload } = classify({ findings: { api_key: 2, host: 1, email: 3 }, text: '' });
    expect(decision).toBe('flagged');
    expect(payload.flags.map(({ pattern, severity, count }) => [pattern, severity, count])).toEqual([
      ['api_key', 'critical', 2],
      ['email', 'medium', 3],
      ['host', 'high', 1],
    ]);
    expect(payload.risk_score).toBe(0.75);
  });

  test('at low sensitivity medium findings do not count', () => {
    expect(classify({ findings: { email: 5 }, text: '' }, 'low').decision).toBe('clean');
    expect(classify({ findings: { host: 1 }, text: '' }, 'low').decision).toBe('flagged');
  });

  test('many ids among few words', () => {
    const text = `${[1, 2, 3].map(uuid).join(' ')} ${'word '.repeat(297)}`;
    const patterns = (level: 'low' | 'medium'): string[] =>
      classify({ findings: {}, text }, level).payload.flags.map(({ pattern }) => pattern);
    expect(patterns('medium')).toEqual(['identifier_density']);
    expect(patterns('low')).toEqual([]);
  });

  test('files deep below the root', () => {
    const flags = (text: string) => classify({ findings: {}, text }).payload.flags;
    expect(flags('see /a/b/c/d/e/f/g.ts')).toEqual([
      { pattern: 'deep_file_path', severity: 'medium', count: 1 },
    ]);
    expect(flags('see /a/b/c.ts')).toEqual([]);
  });

  test('the verdict holds no text', () => {
    const text = `/home/alix/secret/projects/of/the/firm/plan.md ${uuid(7)}`;
    expect(JSON.stringify(classify({ findings: { user: 1 }, text }))).not.toMatch(/alix|plan|0000/);
  });
});
