import { Command, Option } from 'clipanion';
import { canonicalJson } from '../../../base/canonical-json.ts';
import { findTrace, openCopy } from '../../../bucket/find.ts';
import type { Shelf } from '../../../bucket/shelves.ts';
import { agentTraceOf } from '../../../trace/export/agent-trace.ts';
import { readFamily } from '../../../trace/export/family.ts';
import { markdownOf } from '../../../trace/export/markdown.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import { oneOf, wholeTrace } from '../../decode.ts';
import { engineName } from '../../engine.ts';
import type { Reply } from '../../envelope.ts';
import { printable, printableJson } from '../../views/page.ts';
import { withShelves } from '../../with-shelves.ts';

const FORMATS = ['agent-trace', 'markdown'] as const;

export class TraceExportCommand extends OtCommand {
  static override paths = [['trace', 'export']];
  static override usage = Command.Usage({
    details:
      'A trace with its sub-agents in a format of others, on stdout. agent-trace: which lines of which files ' +
      'a model wrote, as a record of the Agent Trace specification 0.1.0. markdown: a page to read. What is ' +
      'exported is the raw trace: look at it before you share it.',
    examples: [
      ['A page to read', 'git ot trace export 3f2a9c1e --format markdown > session.md'],
      ['A record for other tools', 'git ot trace export 3f2a9c1e --format agent-trace'],
    ],
  });
  static readonly synopsis = 'ID --format FORMAT [--engine NAME]';

  reference = Option.String({ name: 'ID' });
  format = Option.String('--format', { required: true, description: `one of ${FORMATS.join(', ')}` });
  engine = Option.String('--engine', { description: 'read with git (default) or isomorphic-git' });

  protected override run(app: App): Promise<Reply> {
    const format = oneOf('--format', this.format, FORMATS);
    return withShelves(app, engineName(this.engine), async ({ shelves }) => {
      const family = await readFamily(shelves, wholeTrace(this.reference));
      const trace_id = family.head.trace_id;
      const common = { schema: 'opentraces.trace.export.v1' as const };
      if (format === 'markdown') {
        const text = [...markdownOf(family, printable)].join('');
        return { ...common, data: { trace_id, format, markdown: text }, text: () => text };
      }
      const record = agentTraceOf(family, await folderOf(shelves, trace_id));
      return {
        ...common,
        data: { trace_id, format, record },
        text: () => `${printableJson(canonicalJson(record))}\n`,
      };
    });
  }
}

/** Folder the session ran in. */
async function folderOf(shelves: readonly Shelf[], traceId: string): Promise<string | null> {
  return (await openCopy(await findTrace(shelves, traceId)).project()).cwd;
}
