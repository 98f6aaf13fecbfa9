import { geminiJson, geminiJsonl } from '../../../src/capture/gemini-cli/index.ts';
import { tallyText } from '../../tally/gemini_tally.mjs';
import { describeDamage, describeFixtures } from '../shared/agent-suite.ts';

describeFixtures('gemini-cli', tallyText);
describeDamage('gemini-cli', [geminiJson, geminiJsonl]);
