/** `security scan`: counts that agree with what was planted, and nothing of it in the output. */
import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Machine, newMachine, type Outcome, runInProcess } from '../support/cli.ts';
import { pathWithoutTools, pathWithTool } from '../support/tools.ts';
import { type PlantedSession, plantedSession, traceOf } from '../sync/sessions.ts';

let machine: Machine;
let session: PlantedSession;

beforeAll(async () => {
  machine = newMachine({ PATH: pathWithoutTools(existsSync) });
  session = plantedSession({ number: 1, turns: 2 });
  await run('capture', session.path, plantedSession({ number: 2 }).path);
});

const run = (...argv: string[]): Promise<Outcome> => runInProcess(argv, { machine });

async function scan(...args: string[]) {
  const { code, stdout } = await run('security', 'scan', ...args, '--json');
  return { code, stdout, scan: JSON.parse(stdout).scan };
}

type Count = { readonly findings: number; readonly tool: string; readonly trace_id: string };

describe('security scan', () => {
  it('counts by tool, rule and field, each with the same sum, exit 0', async () => {
    const { code, stdout, scan: report } = await scan('--all', '--tools', 'regex,path_anonymizer');
    expect(code).toBe(0);
    expect(report.traces.map(({ trace_id }: Count) => trace_id).sort()).toEqual(
      [traceOf(1), traceOf(2)].sort(),
    );
    const sum = (counts: Count[]) => counts.reduce((all, { findings }) => all + findings, 0);
    for (const counts of [report.by_tool, report.by_rule, report.by_field, report.traces]) {
      expect(sum(counts)).toBe(report.findings);
    }
    expect(report.by_tool.map(({ tool }: Count) => tool).sort()).toEqual(['path_anonymizer', 'regex']);
    const text = session.text.bytes().toString('utf8');
    const [token = ''] = session.secrets;
    const [counted] = report.by_rule.filter(({ rule }: { rule: string }) => rule === 'github-token');
    expect(counted.findings).toBeGreaterThanOrEqual(text.split(token).length - 1);
    for (const secret of session.secrets) expect(stdout).not.toContain(secret);
  });

  it('looks at the traces that are named, with the tools that are named', async () => {
    const { scan: report } = await scan(traceOf(2).slice(0, 8), traceOf(2), '--tools', 'path_anonymizer');
    expect(report.traces).toMatchObject([{ trace_id: traceOf(2), remote: null }]);
    expect(report.by_tool).toEqual([{ tool: 'path_anonymizer', findings: report.findings }]);
    const { stdout } = await run('security', 'scan', traceOf(2), '--tools', 'regex');
    expect(stdout).toMatch(/^FINDINGS +TOOL +KIND +RULE$/m);
  });

  it('counts what a program finds', async () => {
    const env = {
      PATH: pathWithTool(
        'gitleaks',
        `cat >/dev/null; echo '[{"RuleID":"r-1","Secret":"${session.secrets[0]}"}]'`,
      ),
    };
    const argv = ['security', 'scan', traceOf(1), '--tools', 'gitleaks', '--json'];
    const { code, stdout } = await runInProcess(argv, { machine, env });
    expect(code).toBe(0);
    expect(JSON.parse(stdout).scan.by_rule).toMatchObject([{ tool: 'gitleaks', rule: 'r-1' }]);
  });

  it.each([
    [['--tools', 'regex'], 2, 'OT_OPTION_CONFLICT'],
    [[traceOf(1), '--all'], 2, 'OT_OPTION_CONFLICT'],
    [['00000000'], 6, 'OT_TRACE_NOT_FOUND'],
    [['--all', '--tools', 'nothing'], 2, 'OT_TOOL_UNKNOWN'],
    [['--all', '--tools', 'gitleaks'], 3, 'OT_POLICY_TOOL_MISSING'],
  ])('%j fails', async (args, exit, code) => {
    const outcome = await run('security', 'scan', ...args, '--json');
    expect([outcome.code, JSON.parse(outcome.stdout).error.code]).toEqual([exit, code]);
  });
});
