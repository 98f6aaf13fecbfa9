import { describe, expect, it } from 'vitest';
import {
  oneOf,
  pointInTime,
  remoteUrl,
  timeRange,
  traceReference,
  wholeNumber,
} from '../../src/cli/decode.ts';
import { nearest } from '../../src/cli/suggest.ts';
import { lineEnd, oneLine, printable, table } from '../../src/cli/views/page.ts';
import { cutToWidth, displayWidth } from '../../src/cli/views/width.ts';

const NOW = new Date('2026-03-31T12:00:00.000Z');
const BAD = { code: 'OT_BAD_VALUE', kind: 'usage' };

describe('option values', () => {
  it('takes whole numbers', () => {
    expect(wholeNumber('--limit', '10', 1)).toBe(10);
    for (const text of ['0', '-1', '1.5', '1e3', '', ' 1', '99999999999', '0x10']) {
      expect(() => wholeNumber('--limit', text, 1)).toThrow(expect.objectContaining(BAD));
    }
  });

  it('takes dates, times and spans', () => {
    const cases: ReadonlyArray<readonly [string, string]> = [
      ['2026-03-30', '2026-03-30T00:00:00.000Z'],
      ['2026-03-30T10:20', '2026-03-30T10:20:00.000Z'],
      ['2026-03-30 10:20:30.5Z', '2026-03-30T10:20:30.500Z'],
      ['2026-03-30T10:20:30+02:00', '2026-03-30T08:20:30.000Z'],
      ['90m', '2026-03-31T10:30:00.000Z'],
      ['12h', '2026-03-31T00:00:00.000Z'],
      ['7d', '2026-03-24T12:00:00.000Z'],
      ['1w', '2026-03-24T12:00:00.000Z'],
    ];
    for (const [text, time] of cases) expect(pointInTime('--since', text, NOW), text).toBe(time);
    for (const text of [
      'yesterday',
      '2026',
      '2026-13-01',
      '2026-02-28T99:00',
      '2026-02-30',
      '2026-02-30T10:00+02:00',
      '2025-02-29',
      '2026-00-10',
      '7 d',
      '7y',
      '',
      '999999999d',
    ]) {
      expect(() => pointInTime('--since', text, NOW), text).toThrow(expect.objectContaining(BAD));
    }
  });

  it('takes a bare date for its whole day', () => {
    expect(pointInTime('--until', '2026-02-03', NOW, 'end')).toBe('2026-02-03T23:59:59.999Z');
    expect(pointInTime('--until', '2026-02-03T10:00', NOW, 'end')).toBe('2026-02-03T10:00:00.000Z');
    expect(pointInTime('--until', '12h', NOW, 'end')).toBe('2026-03-31T00:00:00.000Z');
    expect(pointInTime('--since', '2024-02-29', NOW)).toBe('2024-02-29T00:00:00.000Z');
  });

  it('refuses a range that ends before it begins, naming both ends', () => {
    expect(timeRange('7d', '1d', NOW)).toEqual({
      since: '2026-03-24T12:00:00.000Z',
      until: '2026-03-30T12:00:00.000Z',
    });
    expect(timeRange('2026-03-30', '2026-03-30', NOW).until).toBe('2026-03-30T23:59:59.999Z');
    expect(timeRange(undefined, '7d', NOW)).toEqual({ until: '2026-03-24T12:00:00.000Z' });
    for (const [since, until] of [
      ['1d', '7d'],
      ['2026-03-31', '2026-03-30'],
    ]) {
      const message = expect.stringContaining(`--since '${since}' is later than --until '${until}'`);
      expect(() => timeRange(since, until, NOW)).toThrow(expect.objectContaining({ ...BAD, message }));
    }
  });

  it('takes one of some words', () => {
    expect(oneOf('--engine', 'git', ['git', 'other'])).toBe('git');
    expect(() => oneOf('--engine', 'constructor', ['git'])).toThrow(expect.objectContaining(BAD));
  });

  it('takes steps after a colon', () => {
    expect(traceReference('3f2a9c1e')).toEqual({ id: '3f2a9c1e', steps: 'all' });
    expect(traceReference('3f2a9c1e:7')).toEqual({ id: '3f2a9c1e', steps: { from: 7, to: 7 } });
    expect(traceReference('3f2a9c1e:3-9')).toEqual({ id: '3f2a9c1e', steps: { from: 3, to: 9 } });
    expect(traceReference('3f2a9c1e:last')).toEqual({ id: '3f2a9c1e', steps: 'last' });
    expect(traceReference('t:3f2a9c1e')).toEqual({ id: '3f2a9c1e', steps: 'all' });
    expect(traceReference('tu:3f2a9c1e:7')).toEqual({ id: '3f2a9c1e', steps: { from: 7, to: 7 } });
    expect(traceReference('tmn:3f2a9c1e:7.12')).toEqual({ id: '3f2a9c1e', steps: { from: 7, to: 7 } });
    expect(() => traceReference('3f2a9c1e:7.12')).toThrow(expect.objectContaining(BAD));
    expect(() => traceReference('tmn:3f2a9c1e:burst:1')).toThrow(expect.objectContaining(BAD));
    for (const steps of ['', '0', '9-3', '-3', '3-', 'first', '1:2']) {
      expect(() => traceReference(`3f2a9c1e:${steps}`), steps).toThrow(expect.objectContaining(BAD));
    }
  });

  it('takes a path from where it was typed, and leaves URLs alone', () => {
    expect(remoteUrl('../team.git', '/home/ada/work')).toBe('/home/ada/team.git');
    for (const url of [
      '/srv/team.git',
      'ssh://git@host/x',
      'git@host:x.git',
      'https://host/x',
      '-x',
      'ext::sh',
    ]) {
      expect(remoteUrl(url, '/home/ada')).toBe(url);
    }
  });
});

describe('text of others', () => {
  it('cannot act on a terminal', () => {
    expect(printable('a\r\nb\tc')).toBe('a\nb\tc');
    expect(printable('\u001b]0;title\u0007 \u009b2J \u202e\u2066 \r \u0000')).not.toMatch(
      /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/,
    );
    expect(printable('héllo 日本 🙂')).toBe('héllo 日本 🙂');
  });

  it('fits a line', () => {
    expect(oneLine('  a\n\n b  ', 10)).toBe('a b');
    expect(oneLine('🙂🙂🙂🙂', 5)).toBe('🙂🙂…');
    expect(lineEnd('/home/dev/acme/CLAUDE.md', 24)).toBe('/home/dev/acme/CLAUDE.md');
    expect(lineEnd('/home/dev/acme/CLAUDE.md', 10)).toBe('…CLAUDE.md');
    expect(lineEnd('a\n\u001b[31mb', 20)).toBe('a \ufffd[31mb');
    expect(lineEnd('🙂🙂🙂🙂', 5)).toBe('…🙂🙂');
    expect(lineEnd(`${'x'.repeat(10_000)}end`, 5)).toBe('…xend');
  });
});

it('a table may be as long as a trace', () => {
  const rows = Array.from({ length: 200_000 }, (_, index) => [`#${index}`, 'x']);
  const text = table({ color: false, columns: 80 }, ['STEP', 'WHAT'], rows);
  expect(text.slice(0, 25)).toBe('STEP     WHAT\n#0       x\n');
});

it('suggests near words only', () => {
  expect(nearest('lsit', ['list', 'get', 'last'])).toEqual(['list']);
  expect(nearest('zzzz', ['list', 'get'])).toEqual([]);
  expect(nearest('x'.repeat(100_000), ['list'])).toEqual([]);
});

describe('columns', () => {
  it('are counted as a terminal shows them', () => {
    const cases: ReadonlyArray<readonly [string, number]> = [
      ['plain', 5],
      ['日本語', 6],
      ['한글', 4],
      ['ｆｕｌｌ', 8],
      ['naïve café', 10],
      ['cafe\u0301', 4],
      ['🎉', 2],
      ['👩‍👩‍👧', 2],
      ['❤️ ok', 5],
      ['✔ ✖ …', 5],
    ];
    for (const [text, width] of cases) expect(displayWidth(text), text).toBe(width);
    expect(cutToWidth('日本語', 5)).toBe('日本');
    expect(oneLine('日本語の題名', 7)).toBe('日本語…');
  });

  it('stand below each other whatever is in them', () => {
    const page = { color: false, columns: 80 };
    const lines = table(
      page,
      ['NAME', 'X'],
      [
        ['日本語', 'a'],
        ['🎉 ok', 'b'],
        ['plain', 'c'],
      ],
    ).split('\n');
    const places = lines.slice(1, 4).map((line) => displayWidth(line.slice(0, -1)));
    expect(places).toEqual([8, 8, 8]);
  });
});
