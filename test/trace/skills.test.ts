import { describe, expect, it } from 'vitest';
import { SkillTally } from '../../src/trace/skills.ts';
import { call, Sample } from './sample.ts';

const BODY = 'Base directory for this skill: /home/dev/.claude/skills/review\n\n# Review';

function skills(...traces: Sample[]) {
  const tally = new SkillTally();
  traces.forEach((sample, index) => {
    for (const step of sample.steps) tally.add(`t${index}`, step);
  });
  return tally.end();
}

describe('SkillTally', () => {
  it('finds skills by tool, by slash command and by their file', () => {
    const one = new Sample()
      .calls([call('Skill', { skill: 'review' })])
      .ask('<command-name>/review</command-name>', 'command')
      .ask(BODY, 'meta')
      .calls([call('Read', { file_path: '/x/.codex/skills/deploy/SKILL.md' })]);
    const two = new Sample().run('cat ~/.agents/skills/deploy/SKILL.md ~/.agents/skills/review/SKILL.md');
    expect(skills(one, two)).toMatchObject([
      {
        name: 'review',
        uses: 3,
        sources: { tool: 1, command: 1, file: 1 },
        first_used: one.steps[0]?.timestamp,
        traces: [
          { trace_id: 't0', steps: [1, 2] },
          { trace_id: 't1', steps: [1] },
        ],
      },
      { name: 'deploy', uses: 2, sources: { file: 2 } },
    ]);
  });

  it('takes a command that no skill follows for what it is', () => {
    const other = new Sample()
      .ask('<command-name>/exit</command-name>', 'command')
      .say('bye')
      .ask(BODY, 'meta');
    expect(skills(other, new Sample().ask(BODY, 'meta'), new Sample().run('ls skills/SKILL.md'))).toEqual([]);
  });

  it('counts names as they come', () => {
    const names = ['__proto__', 'constructor', 'a:b'].map((skill) => call('Skill', { skill }));
    expect(skills(new Sample().calls(names)).map(({ name }) => name)).toEqual([
      '__proto__',
      'a:b',
      'constructor',
    ]);
  });
});
