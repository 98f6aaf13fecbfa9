import { tallyText } from '../../tally/codex_tally.mjs';
import { describeCorpus } from '../shared/agent-suite.ts';

/** Seventeen files; two of them are states of one session that went apart. */
describeCorpus({
  agent: 'codex-cli',
  folder: 'codex',
  tallyText,
  sessions: 16,
  limits: ['duplicate_call_id'],
});
