/** External detectors: what they find counts, and whatever else they do is a refusal. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ExternalFinding } from '../../../src/security/contract.ts';
import { findProgram, openPrograms } from '../../../src/security/external/programs.ts';
import { pathWithoutTools, pathWithTool, type ToolName } from '../../support/tools.ts';
import { draw } from '../samples.ts';

const NAMES: ToolName[] = ['gitleaks', 'trufflehog'];

async function* chunks(...texts: string[]): AsyncIterable<Buffer> {
  for (const text of texts) yield Buffer.from(text);
}

async function find(
  name: ToolName,
  input: AsyncIterable<Buffer>,
  script?: string,
  timeLimit = 5000,
): Promise<readonly ExternalFinding[]> {
  const [tool] = await openPrograms([name], { searchPath: pathWithTool(name, script), timeLimit });
  return tool!.find(input);
}

describe.each(NAMES)('%s', (name) => {
  it('is not there when no absolute folder of the PATH holds it', async () => {
    expect(await findProgram(name, pathWithoutTools(existsSync))).toBeNull();
    expect(await findProgram(name, `.:${pathWithoutTools(existsSync)}`)).toBeNull();
    expect(await openPrograms([name], { searchPath: '' })).toEqual([]);
  });

  it('has its version and ours', async () => {
    const [tool] = await openPrograms(['regex', name], { searchPath: pathWithTool(name) });
    expect(tool).toMatchObject({ name, version: '1 8.99.0' });
  });

  it('finds values, each once, through escapes and over borders of chunks', async () => {
    const [first, second] = [draw(20, undefined, 1), draw(20, undefined, 2)];
    const text = `{"a":"x CANARY-${first} y","b":"{\\"c\\":\\"\\\\u0043ANARY-${second}\\"}"}\nCANARY-${first}\n`;
    const found = await find(name, chunks(text.slice(0, 14), text.slice(14)));
    expect(found.map(({ value }) => value).sort()).toEqual([`CANARY-${first}`, `CANARY-${second}`].sort());
    expect(new Set(found.map(({ tool }) => tool))).toEqual(new Set([name]));
  });

  it('has its version also when that is said on stderr', async () => {
    const searchPath = pathWithTool(name, '', '" >&2; echo "v3.90.1" >&2; exit 0; echo "');
    expect((await openPrograms([name], { searchPath }))[0]?.version).toBe('1 3.90.1');
  });

  it('is given no comment that tells it to look away', async () => {
    const script = `if grep -aq 'hog:ignore\\|leaks:allow'; then exit 1; fi; ${name === 'gitleaks' ? 'echo "[]"' : ''}`;
    const text = '{"a":"x # trufflehog:ignore","b":"{\\"c\\":\\"gitleaks:allow\\"}"}\nx gitleaks:allow\n';
    expect(await find(name, chunks(text), script)).toEqual([]);
  });

  it('finds nothing in nothing', async () => {
    expect(await find(name, chunks())).toEqual([]);
  });

  it.each([
    ['exits badly', 'cat >/dev/null; exit 3', 'it ended with 3'],
    ['is killed', 'kill -9 $$', 'it ended with SIGKILL'],
    ['says what is no report', 'cat >/dev/null; echo sorry', 'it'],
    ['closes its input', 'exec <&-; sleep 0.3; echo "[]"', 'it did not read its input'],
    ['hangs', 'cat >/dev/null; sleep 60', 'it took too long'],
    ['leaves a child that holds the output', 'cat >/dev/null; sleep 60 & exit 0', 'it took too long'],
    ['prints without end', 'cat >/dev/null; yes', 'it'],
  ])('that %s is refused', async (_, script, reason) => {
    const before = process.uptime();
    const noise = Array.from({ length: 10 }, () => 'x'.repeat(30_000));
    await expect(find(name, chunks(...noise), script, 600)).rejects.toMatchObject({
      code: 'OT_TOOL_FAILED',
      kind: 'refused',
      message: expect.stringContaining(reason),
    });
    expect(process.uptime() - before).toBeLessThan(20);
  });

  it('that hangs when asked for its version is refused', async () => {
    const hanging = pathWithTool(name, '', '"; sleep 60; echo "');
    await expect(openPrograms([name], { searchPath: hanging, timeLimit: 300 })).rejects.toMatchObject({
      code: 'OT_TOOL_FAILED',
    });
  });

  it('passes on what its input throws, and is ended', async () => {
    async function* broken(): AsyncIterable<Buffer> {
      yield Buffer.from('x');
      throw new RangeError('the source');
    }
    await expect(find(name, broken())).rejects.toThrow('the source');
  });

  it('sees no environment but a PATH and an empty folder of its own', async () => {
    const script =
      'cat >/dev/null; { env | cut -d= -f1 | sort | tr "\\n" " "; ls -A; } >"$0.seen"; echo ""; exit 1';
    const searchPath = pathWithTool(name, script);
    const [tool] = await openPrograms([name], { searchPath });
    await expect(tool!.find(chunks('x'))).rejects.toMatchObject({ code: 'OT_TOOL_FAILED' });
    const seen = readFileSync(`${searchPath.split(':')[0]}/${name}.seen`, 'utf8').split(' ');
    const shells = ['PWD', 'OLDPWD', 'SHLVL', '_', '\n', ''];
    expect(seen.filter((word) => !shells.includes(word))).toEqual(['HOME', 'LC_ALL', 'PATH', 'TMPDIR']);
  });
});

describe('the real gitleaks', async () => {
  const path = await findProgram('gitleaks', process.env.PATH ?? '');

  it.skipIf(path === null)('finds a token that a comment wants it to pass over', async () => {
    const token = `gh${'p_'}${draw(36)}`;
    const [tool] = await openPrograms(['gitleaks'], { searchPath: process.env.PATH ?? '' });
    const found = await tool!.find(chunks(`{"a":"the token \\"${token}\\" gitleaks:allow"}\n`));
    expect(found).toContainEqual({
      kind: 'access_token',
      rule: 'github-pat',
      tool: 'gitleaks',
      value: token,
    });
    expect(await tool!.find(chunks('nothing\n'))).toEqual([]);
  });
});
