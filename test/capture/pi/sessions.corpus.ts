import { tallyText } from '../../tally/pi_tally.mjs';
import { describeCorpus } from '../shared/agent-suite.ts';

describeCorpus({ agent: 'pi', tallyText, sessions: 6 });
