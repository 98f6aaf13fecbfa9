import { tallyText } from '../../tally/copilot_tally.mjs';
import { describeCorpus } from '../shared/agent-suite.ts';

describeCorpus({ agent: 'copilot-cli', tallyText, sessions: 7 });
