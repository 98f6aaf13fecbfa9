import { piJsonl } from '../../../src/capture/pi/index.ts';
import { tallyText } from '../../tally/pi_tally.mjs';
import { describeDamage, describeFixtures } from '../shared/agent-suite.ts';

describeFixtures('pi', tallyText);
describeDamage('pi', [piJsonl]);
