#!/usr/bin/env node
/**
 * The process: answers what needs no command at once, then loads the framework. Nothing but the command
 * table, the overview and the writer may be imported here, since every start pays for it.
 */
import { COMMANDS } from './commands.ts';
import { write } from './output.ts';
import { quickAnswer } from './quick-answer.ts';

async function main(): Promise<void> {
  const argv = process.argv.slice(2);
  const answer = quickAnswer(argv);
  if (answer !== null) return write(1, answer);
  const { keepCompiledCode } = await import('./code-cache.ts');
  keepCompiledCode(argv);
  const { runProcess } = await import('./process.ts');
  const code = await runProcess(argv, { commands: COMMANDS, write });
  // All output has left by now; a child that has not ended yet shall not hold the shell.
  process.exit(code);
}

void main();
