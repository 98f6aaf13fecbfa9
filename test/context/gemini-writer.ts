/** Gemini CLI's lines, with lists that take the place of the view. */
import { type Fields, LineWriter } from './line-writer.ts';
import { type Answer, type SessionWriter, textEntry } from './window-model.ts';

const SESSION = '11111111-2222-4333-8444-555555555555';

export class GeminiWriter extends LineWriter implements SessionWriter {
  #ids = new Map<number, Fields>();

  constructor() {
    super();
    this.lines.push({
      sessionId: SESSION,
      projectHash: 'f'.repeat(64),
      startTime: this.time,
      lastUpdated: this.time,
      kind: 'main',
    });
  }

  prompt(text: string): void {
    const message = this.#made({ type: 'user', content: [{ text }] });
    this.lines.push(message);
    this.#ids.set(this.model.input({ opensTurn: true }), message);
  }

  answer({ thinks, says, calls }: Answer): void {
    const ids = this.model.newCalls(calls);
    const message = this.#made({
      type: 'gemini',
      content: says || calls === 0 ? 'an answer' : '',
      thoughts: thinks ? [{ subject: 'A thought', description: 'of mine', timestamp: this.time }] : [],
      model: 'gemini-3-pro-preview',
      toolCalls: ids.map((id) => ({
        id,
        name: 'run_shell_command',
        args: { command: 'ls' },
        status: 'success',
        result: [{ functionResponse: { id, name: 'run_shell_command', response: { output: 'a result' } } }],
      })),
    });
    this.lines.push(message);
    this.#ids.set(this.model.output({ thinks, calls: ids }), message);
  }

  /** Another list takes the place of the view: the summary, often with a reply to it, then what is kept. */
  compact(keep: number): void {
    const ordered = [...this.model.window].sort((left, right) => left.step - right.step);
    const kept = keep === 0 ? [] : ordered.slice(-keep);
    if (kept.length === ordered.length) return;
    const message = this.#made({ type: 'user', content: [{ text: 'what was done' }] });
    const reply = { ...this.#made({ type: 'gemini', content: 'Got it.' }), id: `reply-${this.lines.length}` };
    const replies = keep % 2 === 0 ? [] : [reply];
    const list = [message, ...replies, ...kept.map(({ step }) => this.#ids.get(step))];
    this.lines.push({ $set: { messages: list, lastUpdated: this.time } });
    const step = this.model.steps + 1;
    this.#ids.set(step, message);
    const summary = textEntry(step, 'input', true);
    this.model.window = [summary, ...kept];
    this.model.told();
    if (replies.length === 0) return;
    this.model.told();
    this.#ids.set(step + 1, reply);
    this.model.window = [summary, textEntry(step + 1, 'output', false), ...kept];
  }

  #made(fields: Fields): Fields {
    return { id: `message-${this.lines.length}`, timestamp: this.time, ...fields };
  }
}
