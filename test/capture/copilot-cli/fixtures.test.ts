import { copilotEvents } from '../../../src/capture/copilot-cli/index.ts';
import { tallyText } from '../../tally/copilot_tally.mjs';
import { describeDamage, describeFixtures } from '../shared/agent-suite.ts';

describeFixtures('copilot-cli', tallyText);
describeDamage('copilot-cli', [copilotEvents]);
