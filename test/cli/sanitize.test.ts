/** `security sanitize`: everything asked for runs or the answer says so; nothing found is printed. */
import { randomBytes } from 'node:crypto';
import { appendFileSync, existsSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { draw, SAMPLES } from '../security/samples.ts';
import { type Machine, newMachine, type Outcome, recordedIo, runInProcess } from '../support/cli.ts';
import { pathWithoutTools, pathWithTool } from '../support/tools.ts';

let machine: Machine;

beforeEach(() => {
  machine = newMachine({ PATH: pathWithoutTools(existsSync) });
});

function run(
  input: string | Buffer,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Outcome> {
  const io = recordedIo({ input });
  return runInProcess(['security', 'sanitize', ...args], { machine, io, env });
}

async function sanitize(document: unknown, tools = 'regex,path_anonymizer', ...args: string[]) {
  const { code, stdout, stderr } = await run(JSON.stringify(document), ['--tools', tools, '--json', ...args]);
  return { code, stderr, ...JSON.parse(stdout) };
}

const TOKEN = `gh${'p_'}${draw(36)}`;

describe('an answer', () => {
  it('to a text has its placeholders and where they stand', async () => {
    const text = `héllo "${TOKEN}"\n`;
    const { code, sanitized, findings, report } = await sanitize({ text });
    expect({ code, sanitized }).toEqual({ code: 0, sanitized: 'héllo "[REDACTED:access_token:1]"\n' });
    const place = { field_path: 'text', start: 7, end: 7 + TOKEN.length };
    const named = { tool: 'regex', pattern: 'github-token', kind: 'access_token', severity: 'critical' };
    expect(findings).toEqual([{ ...named, ...place }]);
    expect(report).toMatchObject({ tools_applied: ['regex', 'path_anonymizer'], redactions_applied: 1 });
  });

  it('to a row names the path of each finding, and removes every copy', async () => {
    const row = { steps: [{ a: 1 }, { note: `x ${TOKEN}` }], other: Buffer.from(TOKEN).toString('base64') };
    const { sanitized, report, findings } = await sanitize({ row });
    expect(JSON.stringify(sanitized)).not.toContain(TOKEN.slice(8, 20));
    expect(sanitized).toMatchObject({ steps: [{ a: 1 }, { note: 'x [REDACTED:access_token:1]' }] });
    expect(report.findings).toMatchObject([{ field_path: 'steps[1].note' }, { field_path: 'other' }]);
    expect(report.redactions_applied).toBe(2);
    expect(sanitized.other).toContain('[REDACTED:');
    expect(findings).toBeUndefined();
  });

  it('to a record has verdicts, keeps its shape, and is JSON without --json too', async () => {
    const record = JSON.parse('{"__proto__":{"a":[]},"n":1.5,"b":null,"t":true,"big":12345678901234567890}');
    const { stdout, code } = await run(
      '{"record":{"__proto__":{"a":[]},"n":1.5,"b":null,"t":true,"big":12345678901234567890}}',
      ['--tools', 'regex'],
    );
    expect(code).toBe(0);
    const { sanitized, verdicts } = JSON.parse(stdout);
    expect({ sanitized, verdicts }).toEqual({
      sanitized: { ...record, big: '12345678901234567890' },
      verdicts: [],
    });
  });

  it('tells the path of a key that is a secret without it', async () => {
    const { stdout } = await run(JSON.stringify({ row: { [TOKEN]: { [`k${TOKEN}`]: TOKEN } } }), [
      '--tools',
      'regex',
      '--json',
    ]);
    expect(stdout).not.toContain(TOKEN.slice(8, 16));
    expect(JSON.parse(stdout).report.findings.length).toBeGreaterThan(1);
  });

  it('quotes nothing of any sample of the rules', async () => {
    const row = Object.fromEntries(SAMPLES.map(({ text }, index) => [`s${index}`, text]));
    const { stdout, code } = await run(JSON.stringify({ row }), ['--tools', 'regex', '--json']);
    expect(code).toBe(0);
    for (const { secret, rule } of SAMPLES) {
      expect([rule, stdout.includes(JSON.stringify(secret).slice(1, -1))]).toEqual([rule, false]);
    }
    const { report } = JSON.parse(stdout);
    const paths = new Set(report.findings.map((finding: { field_path: string }) => finding.field_path));
    expect(paths.size).toBe(SAMPLES.length);
  });

  it('sanitized again stays as it is', async () => {
    const row = Object.fromEntries(SAMPLES.slice(0, 20).map(({ text }, index) => [`s${index}`, text]));
    const once = await sanitize({ row });
    const twice = await sanitize({ row: once.sanitized });
    expect(twice.sanitized).toEqual(once.sanitized);
    expect(twice.report.redactions_applied).toBe(0);
  });

  it('under capsule_scope leaves out the fields of prompts', async () => {
    const packet = { system: 'be kind', messages: [TOKEN], runtime_state: {} };
    const { sanitized, report } = await sanitize(
      { record: { context_resume_packet: packet } },
      'regex,capsule_scope',
    );
    expect(sanitized.context_resume_packet).toEqual({
      system: '[EXCLUDED:context_resume_packet.system]',
      messages: '[EXCLUDED:context_resume_packet.messages]',
      runtime_state: {},
    });
    expect(report).toMatchObject({
      fields_excluded: 2,
      findings: [],
      tools_applied: ['regex', 'capsule_scope'],
    });
  });

  it('with --use-config runs the tools of the policy', async () => {
    await runInProcess(['bucket', 'security', '--policy', 'off'], { machine });
    const off = await run(JSON.stringify({ text: TOKEN }), ['--use-config', '--json']);
    expect(JSON.parse(off.stdout)).toMatchObject({ sanitized: TOKEN, report: { tools_applied: [] } });
    await runInProcess(['setup', 'regex'], { machine });
    const on = await run(JSON.stringify({ text: TOKEN }), ['--use-config', '--json']);
    expect(JSON.parse(on.stdout)).toMatchObject({
      report: { tools_applied: ['regex'], redactions_applied: 1 },
    });
  });
});

describe('a report', () => {
  it('counts every finding, and tells the first ten thousand', async () => {
    const text = Array.from({ length: 10_050 }, () => '/home/zqwert').join('\n');
    const { report } = await sanitize({ text }, 'path_anonymizer');
    expect([report.findings.length, report.findings_count]).toEqual([10_000, 10_050]);
  });

  it.each([
    ['general', 1],
    ['tool_input', 1],
    ['tool_result', 0],
    ['reasoning', 0],
  ])('of field type %s has %d findings of entropy', async (fieldType, count) => {
    const text = `deploy_key = "${draw(40, undefined, 9)}"`;
    const { report } = await sanitize({ text }, 'entropy', '--field-type', fieldType);
    expect(report.findings_count).toBe(count);
    const skipped = [{ tool: 'entropy', reason: `does not look at fields of type ${fieldType}` }];
    expect(report.tools_skipped).toEqual(count === 0 ? skipped : []);
    expect(report.tools_applied).toEqual(count === 0 ? [] : ['entropy']);
  });
});

describe('the classifier', () => {
  it('has the verdict of the classifier when that was asked for, without the text', async () => {
    const { verdicts, sanitized } = await sanitize(
      { text: `mail jane@acme.dev ${TOKEN}` },
      'regex,classifier',
    );
    expect(sanitized).toBe('mail [REDACTED:email:1] [REDACTED:access_token:2]');
    expect(verdicts).toEqual([
      {
        name: 'classifier',
        decision: 'flagged',
        summary: '2 kinds of sensitive content',
        payload: {
          flags: [
            { pattern: 'access_token', severity: 'critical', count: 1 },
            { pattern: 'email', severity: 'medium', count: 1 },
          ],
          risk_score: 0.64,
          sensitivity: 'medium',
        },
      },
    ]);
  });
});

describe('a tool that cannot run', () => {
  it.each([
    ['llm_pii', 'not configured'],
    ['privacy_filter', 'not configured'],
    ['gitleaks', 'not installed'],
    ['trufflehog', 'not installed'],
    ['capsule_scope', 'looks at rows and records only'],
  ])('%s: nothing is sanitized, exit 3', async (tool, error) => {
    const { code, sanitized, report, status } = await sanitize({ text: TOKEN }, `regex,${tool}`);
    expect({ code, status, sanitized }).toEqual({ code: 3, status: 'refused', sanitized: undefined });
    expect(report).toMatchObject({ tools_applied: [], errors: [{ tool, error }] });
    const plain = await run(JSON.stringify({ text: TOKEN }), ['--tools', tool]);
    expect(plain).toMatchObject({ code: 3, stdout: '' });
  });

  it.each([
    ['crashes', 'kill -11 $$'],
    ['hangs', 'cat >/dev/null; sleep 60'],
    ['answers nonsense', 'cat; echo'],
  ])('a program that %s: exit 3', async (_, script) => {
    await runInProcess(['config', 'set', 'security.timelimit', '1'], { machine });
    const env = { PATH: pathWithTool('gitleaks', script) };
    const { code, stdout } = await run(
      JSON.stringify({ text: TOKEN }),
      ['--tools', 'gitleaks', '--json'],
      env,
    );
    expect(code).toBe(3);
    expect(JSON.parse(stdout).error.code).toBe('OT_TOOL_FAILED');
    expect(stdout).not.toContain(TOKEN.slice(8, 16));
  });

  it('a program that works finds what no other tool knows', async () => {
    const canary = `CANARY-${draw(24)}`;
    const env = { PATH: pathWithTool('gitleaks') };
    const row = { a: `x ${canary}`, b: [`${canary}!`] };
    const { stdout } = await run(JSON.stringify({ row }), ['--tools', 'gitleaks', '--json'], env);
    expect(stdout).not.toContain(canary);
    const { report, sanitized } = JSON.parse(stdout);
    expect(sanitized).toEqual({ a: 'x [REDACTED:access_token:1]', b: ['[REDACTED:access_token:1]!'] });
    expect(report.findings).toMatchObject([
      { tool: 'gitleaks', pattern: 'canary-token', field_path: 'a' },
      { tool: 'gitleaks', pattern: 'canary-token', field_path: 'b[0]' },
    ]);
  });
});

describe('bad input', () => {
  const deep = `{"row":{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}}`;

  it.each<[string, string | Buffer, string]>([
    ['nothing', '', 'OT_INPUT_JSON'],
    ['binary', randomBytes(5000), 'OT_INPUT_ENCODING'],
    [
      'invalid UTF-8',
      Buffer.from([...Buffer.from('{"text":"a'), 0xc3, 0x28, ...Buffer.from('"}')]),
      'OT_INPUT_ENCODING',
    ],
    ['half a document', '{"text": "ab', 'OT_INPUT_JSON'],
    ['two documents', '{"text":"a"}\n{"text":"b"}', 'OT_INPUT_JSON'],
    ['10,000 levels', deep, 'OT_INPUT_TOO_DEEP'],
    ['10,000 levels, not closed', deep.slice(0, 9000), 'OT_INPUT_TOO_DEEP'],
    ['a list', '[{"text":"a"}]', 'OT_INPUT_SHAPE'],
    ['null', 'null', 'OT_INPUT_SHAPE'],
    ['an unknown key', '{"body":"a"}', 'OT_INPUT_SHAPE'],
    ['two keys', '{"text":"a","row":{}}', 'OT_INPUT_SHAPE'],
    ['a text that is none', '{"text":{"a":"b"}}', 'OT_INPUT_SHAPE'],
    ['a row that is none', '{"row":["a"]}', 'OT_INPUT_SHAPE'],
    ['__proto__', '{"__proto__":{"text":"a"}}', 'OT_INPUT_SHAPE'],
  ])('%s: exit 2, and nothing of it is shown', async (_, input, code) => {
    const outcome = await run(input, ['--tools', 'regex', '--json']);
    expect(outcome.code).toBe(2);
    expect(JSON.parse(outcome.stdout).error.code).toBe(code);
    expect(outcome.stderr).toBe('');
  });

  it('a line of 50 MB: exit 2', async () => {
    const outcome = await run(Buffer.from(`{"text":"${'x'.repeat(50_000_000)}"}`), [
      '--tools',
      'regex',
      '--json',
    ]);
    expect(outcome.code).toBe(2);
    expect(JSON.parse(outcome.stdout).error.code).toBe('OT_INPUT_TOO_LARGE');
  });

  it.each([
    [['--tools', 'regx'], 'OT_TOOL_UNKNOWN'],
    [['--tools', 'regex,'], 'OT_TOOL_UNKNOWN'],
    [['--tools', 'regex,__proto__'], 'OT_TOOL_UNKNOWN'],
    [['--tools', 'regex', '--use-config'], 'OT_OPTION_CONFLICT'],
    [[], 'OT_OPTION_CONFLICT'],
    [['--tools', 'regex', '--field-type', 'prompt'], 'OT_BAD_VALUE'],
  ])('options %j: exit 2', async (args, code) => {
    const outcome = await run('{"text":"a"}', [...args, '--json']);
    expect(outcome.code).toBe(2);
    expect(JSON.parse(outcome.stdout).error.code).toBe(code);
  });

  it('a configuration that means nothing: exit 3', async () => {
    appendFileSync(machine.env.GIT_CONFIG_GLOBAL!, '[opentraces "security.regx"]\n enabled = false\n');
    const outcome = await run('{"text":"a"}', ['--use-config', '--json']);
    expect([outcome.code, JSON.parse(outcome.stdout).error.code]).toEqual([3, 'OT_POLICY_CONFIG']);
  });

  it('a terminal: exit 2 instead of waiting', async () => {
    const io = recordedIo({ answers: [] });
    const argv = ['security', 'sanitize', '--tools', 'regex'];
    expect(await runInProcess(argv, { machine, io })).toMatchObject({ code: 2 });
  });
});
