import { tallyText } from '../../tally/gemini_tally.mjs';
import { describeCorpus } from '../shared/agent-suite.ts';

describeCorpus({ agent: 'gemini-cli', tallyText, sessions: 10 });
