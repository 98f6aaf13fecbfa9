import { resolve } from 'node:path';
import { Command, Option } from 'clipanion';
import { canonicalJson } from '../../../base/canonical-json.ts';
import { OtError } from '../../../base/errors.ts';
import { closeShelves } from '../../../bucket/shelves.ts';
import {
  chooseSource,
  openSources,
  readObserved,
  type TraceSources,
  writeSources,
} from '../../../trace/source.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import { wholeNumber } from '../../decode.ts';
import { type EngineName, engineName } from '../../engine.ts';
import type { Reply } from '../../envelope.ts';
import { printable } from '../../views/page.ts';
import { openForReading, withShelves } from '../../with-shelves.ts';

const SCHEMA = 'opentraces.trace.source.v1';

export class TraceSourceCommand extends OtCommand {
  static override paths = [['trace', 'source']];
  static override usage = Command.Usage({
    details:
      'Writes back the exact bytes that were captured: to stdout, or as files into a folder. Of a pulled trace ' +
      'it is the sealed text, and a note says so. With --json and without --out it lists the sources. --observed ' +
      'gives what was seen beside the session: project, dependencies, git, start.',
    examples: [
      ['The session as it was', 'git ot trace source 3f2a9c1e > session.jsonl'],
      ['Every source as a file', 'git ot trace source 3f2a9c1e --out restored'],
      ['Instruction files at its start', 'git ot trace source 3f2a9c1e --observed start'],
    ],
  });
  static readonly synopsis = 'ID [--source N | --observed KIND] [--out DIR] [--engine NAME]';

  reference = Option.String({ name: 'ID' });
  source = Option.String('--source', { description: 'number of the source, from 0' });
  observed = Option.String('--observed', { description: 'a record of what was seen beside the session' });
  out = Option.String('--out', { description: 'write files into this folder, which exists' });
  engine = Option.String('--engine', { description: 'read with git (default) or isomorphic-git' });

  protected override async run(app: App): Promise<Reply> {
    const engine = engineName(this.engine);
    const wanted = this.source === undefined ? undefined : wholeNumber('--source', this.source, 0);
    if (this.observed !== undefined) return this.#record(app, engine, this.observed);
    if (this.out === undefined && !this.json) {
      return { schema: SCHEMA, data: {}, text: () => '', body: this.#bytes(app, engine, wanted) };
    }
    const folder = this.out === undefined ? undefined : resolve(app.cwd, this.out);
    return withShelves(app, engine, async ({ shelves }) => {
      const opened = await openSources(shelves, this.reference);
      if (wanted !== undefined) chooseSource(opened, wanted);
      return folder === undefined ? listed(opened, wanted) : written(opened, folder, wanted);
    });
  }

  async #record(app: App, engine: EngineName, kind: string): Promise<Reply> {
    if ((this.source ?? this.out) !== undefined) {
      throw new OtError('OT_OPTION_CONFLICT', 'usage', '--observed goes with neither --source nor --out', {
        hint: 'leave one of them out',
      });
    }
    return withShelves(app, engine, async ({ shelves }) => {
      const opened = await openSources(shelves, this.reference);
      const observed = await readObserved(opened, kind);
      const { traceId, remote } = opened;
      return {
        schema: SCHEMA,
        data: { trace_id: traceId, remote, observed },
        text: () => `${canonicalJson(observed)}\n`,
        notes: sealedNote(opened),
      };
    });
  }

  async *#bytes(app: App, engine: EngineName, wanted: number | undefined): AsyncIterable<Uint8Array> {
    const reading = await openForReading(app, engine);
    try {
      const opened = await openSources(reading.shelves, this.reference);
      const chosen = chooseSource(opened, wanted);
      const note = sealedNote(opened);
      if (note !== '' && !this.quiet) await app.io.err(note);
      yield* opened.read(chosen);
    } finally {
      await closeShelves(reading.shelves);
    }
  }
}

function listed(opened: TraceSources, only: number | undefined): Reply {
  const { traceId, remote } = opened;
  const sources = opened.sources
    .map((meta, source) => ({ source, ...meta }))
    .filter(({ source }) => only === undefined || source === only);
  const observed = [...opened.observed.keys()];
  return { schema: SCHEMA, data: { trace_id: traceId, remote, sources, observed }, text: () => '' };
}

async function written(opened: TraceSources, folder: string, only: number | undefined): Promise<Reply> {
  const sources = await writeSources(opened, folder, only);
  const { traceId, remote } = opened;
  return {
    schema: SCHEMA,
    data: { trace_id: traceId, remote, sources },
    text: () => sources.map(({ path }) => `${printable(path)}\n`).join(''),
    notes: sealedNote(opened),
  };
}

/** A pulled trace gives the text its own machine had sealed: whoever compares bytes must know. */
function sealedNote({ remote }: TraceSources): string {
  return remote === null ? '' : `note: pulled from ${printable(remote)}: this is its sealed text\n`;
}
